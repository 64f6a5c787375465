"""What a change of a module's text does to the functions that it has defined already.

Only bodies of functions can be replaced in place. A function that is nested in another one belongs to the other's body.
"""

import inspect
from functools import cached_property
from types import CodeType, FunctionType


def new_bodies(module, before, after, path):
    """By function of ``module``, whose text is ``before``, its body in the text ``after``, where that differs.

    None where more than bodies of functions differs, or a function cannot be found.
    """
    old, new = ({}, {})
    shapes = [shape(compile(text, path, "exec"), found) for text, found in ((before, old), (after, new))]
    if shapes[0] != shapes[1]:
        return None
    functions = {identity(one.__code__): one for one in live_functions(module)}
    changed = [(code, new[key]) for key, code in old.items() if code != new[key]]
    if any(identity(code) not in functions or code.co_freevars != body.co_freevars for code, body in changed):
        return None
    return {functions[identity(code)]: body for code, body in changed}


def shape(code, functions):
    """All that ``code``, of a module or a class, does but for the bodies of functions, which ``functions`` receives."""
    parts = []
    for constant in code.co_consts:
        if not isinstance(constant, CodeType):
            parts.append((type(constant), repr(constant)))
        elif constant.co_flags & inspect.CO_OPTIMIZED:
            key = (constant.co_qualname, len(functions))
            functions[key] = constant
            parts.append(key)
        else:
            parts.append(shape(constant, functions))
    return (code.co_name, code.co_code, code.co_names, tuple(parts))


def identity(code):
    return (code.co_qualname, code.co_firstlineno)


def live_functions(module):
    for one in live_objects(module):
        inner = getattr(one, "__wrapped__", one)
        if isinstance(inner, FunctionType) and inner.__module__ == module.__name__:
            yield inner


def live_objects(module):
    """What ``module`` defines, its classes define, and what decorators made of that."""
    for one in list(vars(module).values()):
        yield one
        if isinstance(one, type) and one.__module__ == module.__name__:
            for inner in list(vars(one).values()):
                yield from undecorated(inner)


def undecorated(one):
    match one:
        case property():
            yield from (part for part in (one.fget, one.fset) if part is not None)
        case staticmethod() | classmethod():
            yield one.__func__
        case cached_property():
            yield one.func
        case _:
            yield one
