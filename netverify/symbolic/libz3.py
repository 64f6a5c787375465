"""The part of Z3 that is used here, called by its C interface.

Its Python package takes longer to load than a small question to answer. Names are those of it. Source: ``z3_api.h``.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from ctypes import POINTER, c_bool, c_char_p, c_int, c_uint, c_void_p
from enum import IntEnum
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

Ast = c_void_p
_ENCODING: Final = "utf-8"
_BIT_VECTOR_SORT, _INTEGER_SYMBOL, _TRUE = 4, 0, 1


class Z3Exception(Exception):  # noqa: N818 -- as the package calls it
    """Z3 refused a call."""


class CheckSatResult(IntEnum):
    """What a check came to, by the numbers of ``Z3_lbool``."""

    UNSAT = -1
    UNKNOWN = 0
    SAT = 1


unsat, unknown, sat = CheckSatResult


def _library() -> Any:
    """The library that is installed with the package; the package itself finds it where it is in another place."""
    spec = find_spec("z3")
    for folder in (spec.submodule_search_locations if spec is not None else None) or ():
        for form in ("libz3.so.*", "libz3.so", "libz3.dylib", "libz3.dll"):
            for file in sorted(Path(folder, "lib").glob(form)):
                return ctypes.CDLL(str(file))
    from z3 import z3core  # noqa: PLC0415 -- it takes long, and is hardly ever needed

    return z3core.lib()


_LIBRARY = _library()
_HANDLER = ctypes.CFUNCTYPE(None, c_void_p, c_uint)
_KEEP_QUIET = _HANDLER(lambda _context, _code: None)
"""Instead of the end of the process, which is what Z3 does otherwise; every call looks whether there was an error."""


def _unchecked(name: str, result: Any, *parameters: Any) -> Any:
    function = getattr(_LIBRARY, name)
    function.argtypes, function.restype = parameters, result
    return function


_ERROR_CODE = _unchecked("Z3_get_error_code", c_uint, c_void_p)
_ERROR_TEXT = _unchecked("Z3_get_error_msg", c_char_p, c_void_p, c_uint)


def _function(name: str, result: Any, *parameters: Any) -> Callable[..., Any]:
    """The function of that name, whose first parameter is a context. Raises :class:`Z3Exception`."""
    call = _unchecked(name, result, c_void_p, *parameters)

    def checked(context: int, *arguments: Any) -> Any:
        value = call(context, *arguments)
        if code := _ERROR_CODE(context):
            raise Z3Exception(_ERROR_TEXT(context, code).decode(_ENCODING, "replace"))
        return value

    return checked


_mk_config = _unchecked("Z3_mk_config", c_void_p)
_del_config = _unchecked("Z3_del_config", None, c_void_p)
_mk_context_rc = _unchecked("Z3_mk_context_rc", c_void_p, c_void_p)
_del_context = _unchecked("Z3_del_context", None, c_void_p)
_set_error_handler = _unchecked("Z3_set_error_handler", None, c_void_p, _HANDLER)
_enable_concurrent_dec_ref = _unchecked("Z3_enable_concurrent_dec_ref", None, c_void_p)
_interrupt = _function("Z3_interrupt", None)
_inc_ref = _function("Z3_inc_ref", None, c_void_p)
_dec_ref = _unchecked("Z3_dec_ref", None, c_void_p, c_void_p)
_mk_string_symbol = _function("Z3_mk_string_symbol", c_void_p, c_char_p)
_get_symbol_kind = _function("Z3_get_symbol_kind", c_uint, c_void_p)
_get_symbol_string = _function("Z3_get_symbol_string", c_char_p, c_void_p)
_get_symbol_int = _function("Z3_get_symbol_int", c_int, c_void_p)
_parse = _function("Z3_parse_smtlib2_string", c_void_p, c_char_p, *(c_uint, c_void_p, c_void_p) * 2)
_ast_vector_inc_ref = _function("Z3_ast_vector_inc_ref", None, c_void_p)
_ast_vector_dec_ref = _unchecked("Z3_ast_vector_dec_ref", None, c_void_p, c_void_p)
_ast_vector_size = _function("Z3_ast_vector_size", c_uint, c_void_p)
Z3_ast_vector_get = _function("Z3_ast_vector_get", c_void_p, c_void_p, c_uint)
_mk_solver = _function("Z3_mk_solver", c_void_p)
_mk_solver_for_logic = _function("Z3_mk_solver_for_logic", c_void_p, c_void_p)
_solver_inc_ref = _function("Z3_solver_inc_ref", None, c_void_p)
_solver_dec_ref = _unchecked("Z3_solver_dec_ref", None, c_void_p, c_void_p)
_solver_set_params = _function("Z3_solver_set_params", None, c_void_p, c_void_p)
Z3_solver_assert = _function("Z3_solver_assert", None, c_void_p, c_void_p)
Z3_solver_check_assumptions = _function("Z3_solver_check_assumptions", c_int, c_void_p, c_uint, POINTER(c_void_p))
_solver_get_reason_unknown = _function("Z3_solver_get_reason_unknown", c_char_p, c_void_p)
_solver_get_model = _function("Z3_solver_get_model", c_void_p, c_void_p)
_mk_params = _function("Z3_mk_params", c_void_p)
_params_inc_ref = _function("Z3_params_inc_ref", None, c_void_p)
_params_dec_ref = _unchecked("Z3_params_dec_ref", None, c_void_p, c_void_p)
_params_set_bool = _function("Z3_params_set_bool", None, c_void_p, c_void_p, c_bool)
_params_set_uint = _function("Z3_params_set_uint", None, c_void_p, c_void_p, c_uint)
_mk_bool_sort = _function("Z3_mk_bool_sort", c_void_p)
_mk_const = _function("Z3_mk_const", c_void_p, c_void_p, c_void_p)
_mk_not = _function("Z3_mk_not", c_void_p, c_void_p)
_get_app_decl = _function("Z3_get_app_decl", c_void_p, c_void_p)
_get_decl_name = _function("Z3_get_decl_name", c_void_p, c_void_p)
_get_arity = _function("Z3_get_arity", c_uint, c_void_p)
_get_sort = _function("Z3_get_sort", c_void_p, c_void_p)
_get_sort_kind = _function("Z3_get_sort_kind", c_uint, c_void_p)
_is_numeral_ast = _function("Z3_is_numeral_ast", c_bool, c_void_p)
_get_numeral_string = _function("Z3_get_numeral_string", c_char_p, c_void_p)
_get_bool_value = _function("Z3_get_bool_value", c_int, c_void_p)
_model_inc_ref = _function("Z3_model_inc_ref", None, c_void_p)
_model_dec_ref = _unchecked("Z3_model_dec_ref", None, c_void_p, c_void_p)
_model_get_num_consts = _function("Z3_model_get_num_consts", c_uint, c_void_p)
_model_get_const_decl = _function("Z3_model_get_const_decl", c_void_p, c_void_p, c_uint)
_model_get_const_interp = _function("Z3_model_get_const_interp", c_void_p, c_void_p, c_void_p)


class Context:
    """Where all other objects live, which are of no use in another one."""

    _context: int = 0
    _delete = staticmethod(_del_context)

    def __init__(self) -> None:
        config = _mk_config()
        self._context = _mk_context_rc(config)
        _set_error_handler(self._context, _KEEP_QUIET)
        _enable_concurrent_dec_ref(self._context)  # garbage is collected in any thread, even while Z3 works in another
        _del_config(config)

    def __del__(self) -> None:
        # The collector of garbage may end it before objects in the same cycle, which must not use it then.
        context, self._context = self._context, 0
        if context:
            self._delete(context)

    def ref(self) -> int:
        """The address of the context; 0 once it was deleted, and all of its objects with it."""
        return self._context

    def interrupt(self) -> None:
        """End what is being solved in it; may be called by another thread."""
        _interrupt(self._context)

    def symbol(self, name: str) -> int:
        """The symbol of that name."""
        return int(_mk_string_symbol(self._context, name.encode(_ENCODING)))


@cache
def main_ctx() -> Context:
    """The context of everything that needs none of its own."""
    return Context()


class _Object:
    """An object of a context, kept there as long as this one is. What gives it back raises nothing."""

    _keep, _drop = staticmethod(_inc_ref), staticmethod(_dec_ref)

    def __init__(self, address: int, context: Context) -> None:
        self._keep(context.ref(), address)
        self.ctx = context
        self.address = address

    def __del__(self) -> None:
        if hasattr(self, "address") and (context := self.ctx.ref()):
            self._drop(context, self.address)


class FuncDecl(_Object):
    """What was declared."""

    def name(self) -> str:
        """As it was declared."""
        context = self.ctx.ref()
        symbol = _get_decl_name(context, self.address)
        if _get_symbol_kind(context, symbol) == _INTEGER_SYMBOL:
            return f"k!{_get_symbol_int(context, symbol)}"
        return str(_get_symbol_string(context, symbol), _ENCODING)

    def arity(self) -> int:
        """How many arguments it takes; a constant takes none."""
        return int(_get_arity(self.ctx.ref(), self.address))


class BoolRef(_Object):
    """A term."""

    def decl(self) -> FuncDecl:
        """What the term, which is a constant or a function of terms, was declared as."""
        return FuncDecl(_get_app_decl(self.ctx.ref(), self.address), self.ctx)

    def as_long(self) -> int:
        """The value of a numeral."""
        return int(_get_numeral_string(self.ctx.ref(), self.address))


def is_bv_value(term: BoolRef) -> bool:
    """Whether ``term`` is a numeral of bits."""
    context = term.ctx.ref()
    kind = _get_sort_kind(context, _get_sort(context, term.address))
    return bool(kind == _BIT_VECTOR_SORT and _is_numeral_ast(context, term.address))


def is_true(term: BoolRef) -> bool:
    """Whether ``term`` is ``true`` itself."""
    return bool(_get_bool_value(term.ctx.ref(), term.address) == _TRUE)


def Bool(name: str, ctx: Context) -> BoolRef:  # noqa: N802 -- as the package calls it
    """The Boolean constant of that name."""
    return BoolRef(_mk_const(ctx.ref(), ctx.symbol(name), _mk_bool_sort(ctx.ref())), ctx)


def Not(term: BoolRef) -> BoolRef:  # noqa: N802 -- as the package calls it
    """Its negation."""
    return BoolRef(_mk_not(term.ctx.ref(), term.address), term.ctx)


class AstVector(_Object):
    """The terms that a text asserts."""

    _keep, _drop = staticmethod(_ast_vector_inc_ref), staticmethod(_ast_vector_dec_ref)

    def __len__(self) -> int:
        return int(_ast_vector_size(self.ctx.ref(), self.address))

    def __getitem__(self, number: int) -> BoolRef:
        return BoolRef(Z3_ast_vector_get(self.ctx.ref(), self.address, number), self.ctx)


def parse_smt2_string(text: str, ctx: Context) -> AstVector:
    """What ``text`` asserts. Raises :class:`Z3Exception` where it cannot be read."""
    return AstVector(_parse(ctx.ref(), text.encode(_ENCODING), 0, None, None, 0, None, None), ctx)


class ModelRef(_Object):
    """Values that meet what was asserted."""

    _keep, _drop = staticmethod(_model_inc_ref), staticmethod(_model_dec_ref)

    def decls(self) -> Sequence[FuncDecl]:
        """The constants that have a value."""
        context = self.ctx.ref()
        count = _model_get_num_consts(context, self.address)
        return [FuncDecl(_model_get_const_decl(context, self.address, number), self.ctx) for number in range(count)]

    def __getitem__(self, constant: FuncDecl) -> BoolRef:
        return BoolRef(_model_get_const_interp(self.ctx.ref(), self.address, constant.address), self.ctx)


class _Parameters(_Object):
    """What solvers are set to."""

    _keep, _drop = staticmethod(_params_inc_ref), staticmethod(_params_dec_ref)


class Solver(_Object):
    """Holds assertions; of the general kind unless ``solver`` is the address of another one."""

    _keep, _drop = staticmethod(_solver_inc_ref), staticmethod(_solver_dec_ref)

    def __init__(self, solver: int | None = None, ctx: Context | None = None) -> None:
        context = ctx or main_ctx()
        super().__init__(solver or _mk_solver(context.ref()), context)

    def set(self, name: str, value: bool | int) -> None:
        """Set one parameter."""
        context = self.ctx.ref()
        parameters = _Parameters(_mk_params(context), self.ctx)
        put = _params_set_bool if isinstance(value, bool) else _params_set_uint
        put(context, parameters.address, self.ctx.symbol(name), value)
        _solver_set_params(context, self.address, parameters.address)

    def reason_unknown(self) -> str:
        """Why the last check came to nothing."""
        return str(_solver_get_reason_unknown(self.ctx.ref(), self.address) or b"", _ENCODING, "replace")

    def model(self) -> ModelRef:
        """The model that the last check found."""
        return ModelRef(_solver_get_model(self.ctx.ref(), self.address), self.ctx)


def SolverFor(logic: str, ctx: Context) -> Solver:  # noqa: N802 -- as the package calls it
    """A solver for problems of that logic."""
    return Solver(_mk_solver_for_logic(ctx.ref(), ctx.symbol(logic)), ctx)
