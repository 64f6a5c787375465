# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What ``plain_lines`` reads, read by tables of bytes: the same values at the same places, or none.

It is compiled where there is a C compiler when netverify is built; ``plain_lines`` does without. Its regular expressions
and its ``_read`` are the definition: each function here names the part that it follows, and tests compare the two.

Memory: a chunk that ends with a line feed is followed by the zero byte that CPython puts behind every ``bytes``. No loop
passes a line feed, and no look-ahead goes further than one byte, so nothing is read beyond that zero.
"""

from cpython.array cimport array, clone
from cpython.dict cimport PyDict_SetItem
from cpython.list cimport PyList_Append
from cpython.mem cimport PyMem_Free, PyMem_Malloc
from cpython.ref cimport Py_INCREF, Py_XDECREF, PyObject
from libc.stdint cimport uint32_t, uint64_t
from libc.string cimport memcmp, memcpy

from array import array as _array


cdef extern from "Python.h":
    object PyUnicode_DecodeASCII(const char* text, Py_ssize_t size, const char* errors)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    void* PyUnicode_DATA(object text)
    Py_ssize_t PyDict_GET_SIZE(object mapping)


cdef enum:
    NO_VALUE, WORD, QUOTED, EMPTY  # what a line has as its value
    LONGEST_NAME = 201
    DEEPEST = 256
    LONGEST_KEPT = 64
    NAMES = 8192
    WORDS = 8192


cdef struct Line:
    Py_ssize_t indent
    bint has_dash
    Py_ssize_t name  # where the name starts, which has_name says is there
    Py_ssize_t name_end
    bint has_name
    int kind
    Py_ssize_t value  # where the value starts, without its quote
    Py_ssize_t value_end
    Py_ssize_t after  # where the next line with content starts


cdef struct Slot:
    PyObject* text
    PyObject* value


# The members of the sets of characters in plain_lines: _KEY, _WORD and what may follow a space in one.
cdef unsigned char IN_NAME[256]
cdef unsigned char IN_WORD[256]
cdef unsigned char STARTS_WORD[256]
cdef unsigned char AFTER_SPACE[256]
cdef array _TEMPLATE = _array("I")

# What a text was resolved to when it was last met: it saves time and changes no result, so all documents share it.
cdef Slot _names[NAMES]
cdef Slot _words[WORDS]


cdef void _fill_tables():
    cdef int byte
    for byte in range(128):
        character = chr(byte)
        IN_NAME[byte] = character.isalnum() or character in "_./-"
        IN_WORD[byte] = character.isalnum() or character in "_/.=@%+,()<>;*$&|!~^-"
        STARTS_WORD[byte] = character.isalnum() or character in "_/."
        AFTER_SPACE[byte] = character.isalnum() or character in "_/.=(+-"


_fill_tables()


cdef inline Py_ssize_t _skip_nothing(const unsigned char* text, Py_ssize_t at) noexcept nogil:
    """``_NOTHING``: where the first line with content is, from ``at``, which starts a line."""
    cdef Py_ssize_t end
    while True:
        end = at
        while text[end] == b" ":
            end += 1
        if text[end] == b"#":
            while text[end] != b"\n":
                end += 1
        if text[end] != b"\n":
            return at
        at = end + 1


cdef inline Py_ssize_t _word_end(const unsigned char* text, Py_ssize_t at) noexcept nogil:
    """``_WORD``: where the word ends whose first character stands before ``at``."""
    while True:
        if IN_WORD[text[at]]:
            at += 1
        elif text[at] == b":" and text[at + 1] != b" " and text[at + 1] != b"\n":
            at += 1
        elif text[at] == b" " and AFTER_SPACE[text[at + 1]]:
            at += 1
        else:
            return at


cdef inline Py_ssize_t _read_value(const unsigned char* text, Py_ssize_t at, Line* line) noexcept nogil:
    """``_VALUE``: where what stands after the value is; -1 where it is no value that is read here."""
    cdef unsigned char first = text[at]
    line.value = at
    if first == b"\n":
        line.kind = NO_VALUE
        return at
    if first == b'"' or first == b"'":
        at += 1
        line.value = at
        while text[at] != first and text[at] != b"\n" and not (text[at] == b"\\" and first == b'"'):
            at += 1
        if text[at] != first:
            return -1
        line.kind = QUOTED
        line.value_end = at
        return at + 1
    if (first == b"{" and text[at + 1] == b"}") or (first == b"[" and text[at + 1] == b"]"):
        line.kind = EMPTY
        return at + 2
    if STARTS_WORD[first] or (first == b"-" and text[at + 1] != b" " and text[at + 1] != b"\n"):
        line.kind = WORD
        line.value_end = _word_end(text, at + 1)
        return line.value_end
    return -1


cdef inline bint _read_line(const unsigned char* text, Py_ssize_t start, Line* line) noexcept nogil:
    """``_LINE``: whether the line at ``start``, which has content, is one that is read here, and what it holds."""
    cdef Py_ssize_t at = start, end
    while text[at] == b" ":
        at += 1
    line.indent = at - start
    line.has_dash = text[at] == b"-" and text[at + 1] == b" "
    if line.has_dash:
        at += 2
    line.has_name = False
    if b"A" <= text[at] <= b"Z" or b"a" <= text[at] <= b"z" or text[at] == b"_":
        end = at + 1
        while IN_NAME[text[end]] and end - at < LONGEST_NAME:
            end += 1
        if text[end] == b":" and (text[end + 1] == b" " or text[end + 1] == b"\n"):
            line.has_name = True
            line.name = at
            line.name_end = end
            at = end + 2 if text[end + 1] == b" " else end + 1
    at = _read_value(text, at, line)
    if at < 0 or text[at] != b"\n" or text[at - 1] == b" ":
        return False
    line.after = _skip_nothing(text, at + 1)
    return True


cdef inline size_t _slot_of(const unsigned char* text, Py_ssize_t size) noexcept nogil:
    """A number that depends on the first and the last eight bytes."""
    cdef uint64_t first = 0, last = 0
    cdef size_t width = 8 if size > 8 else size
    memcpy(&first, text, width)
    memcpy(&last, text + size - width, width)
    first = (first ^ (last * 0x9E3779B97F4A7C15u) ^ <uint64_t>size) * 0xD6E8FEB86659FD93u
    return <size_t>(first >> 40)


cdef object _resolved(const unsigned char* start, Py_ssize_t size, Slot* slots, size_t count, resolve):
    """What ``resolve`` makes of the text, which it need not be asked again if the text was met lately."""
    cdef Slot* slot = NULL
    cdef PyObject* old_text
    cdef PyObject* old_value
    if size <= LONGEST_KEPT:
        slot = &slots[_slot_of(start, size) & (count - 1)]
        if (
            slot.text != NULL
            and PyUnicode_GET_LENGTH(<object>slot.text) == size
            and memcmp(PyUnicode_DATA(<object>slot.text), start, size) == 0
        ):
            return <object>slot.value
    text = PyUnicode_DecodeASCII(<const char*>start, size, NULL)
    value = resolve(text)
    if slot != NULL:
        old_text, old_value = slot.text, slot.value
        Py_INCREF(text)
        Py_INCREF(value)
        slot.text, slot.value = <PyObject*>text, <PyObject*>value
        Py_XDECREF(old_text)
        Py_XDECREF(old_value)
    return value


cdef inline bint _is_foreign(const unsigned char* text, Py_ssize_t size) noexcept nogil:
    """``_FOREIGN``: whether there is anything but line feeds and visible ASCII."""
    cdef Py_ssize_t at
    cdef unsigned char found = 0
    for at in range(size):
        found |= (<unsigned char>(text[at] - 32) > 94) & (text[at] != b"\n")
    return found != 0


def read(bytes chunk not None, Py_ssize_t deepest, resolve, resolve_key):
    """As ``plain_lines.read_lines``; it raises what ``resolve`` and ``resolve_key`` raise."""
    cdef uint32_t* places
    cdef Py_ssize_t size = len(chunk)
    if size == 0 or deepest > DEEPEST or _is_foreign(chunk, size):
        return None
    if not chunk.endswith(b"\n"):
        chunk += b"\n"
        size += 1
    places = <uint32_t*>PyMem_Malloc((size + 8) * sizeof(uint32_t))
    if places == NULL:
        raise MemoryError
    try:
        return _read(chunk, size, deepest, resolve, resolve_key, places)
    finally:
        PyMem_Free(places)


cdef inline bint _put(object mapping, object key, object value) except -1:
    """Whether ``key`` was not in ``mapping`` before it was put there."""
    cdef Py_ssize_t before = PyDict_GET_SIZE(mapping)
    PyDict_SetItem(mapping, key, value)
    return PyDict_GET_SIZE(mapping) > before


cdef object _read(
    const unsigned char* text, Py_ssize_t size, Py_ssize_t deepest, resolve, resolve_key, uint32_t* places
):
    """``_read``, line by line as there. No line has more than four places, nor more of them than bytes."""
    cdef PyObject* containers[DEEPEST]  # borrowed: each is in the one before it, and the first in ``root``
    cdef Py_ssize_t columns[DEEPEST]
    cdef Py_ssize_t depth = 0, column = -1, colon = 0, count = 0, start, next_line
    cdef bint is_list = False
    cdef Line line
    cdef array offsets
    root = container = key = None
    next_line = _skip_nothing(text, 0)
    while next_line < size:
        start = next_line
        if count > size or not _read_line(text, start, &line):
            return None
        next_line = line.after
        if key is not None or container is None:
            if line.indent > column or (line.has_dash and line.indent == column and key is not None):
                opened = [] if line.has_dash else {}
                if key is not None:
                    if not _put(container, key, opened):
                        return None
                    key = None
                elif line.indent:
                    return None
                else:
                    root = opened
                if depth >= deepest:
                    return None
                containers[depth] = <PyObject*>container
                columns[depth] = column
                depth += 1
                column, container, is_list = line.indent, opened, line.has_dash
                places[count] = <uint32_t>(start + line.indent)
                count += 1
            elif key is not None:
                if not _put(container, key, None):
                    return None
                key = None
                places[count] = <uint32_t>colon
                count += 1
        while line.indent < column:
            depth -= 1
            column, container = columns[depth], <object>containers[depth]
            is_list = type(container) is list
        if line.indent != column:
            return None
        if is_list and not line.has_dash:
            depth -= 1
            column, container = columns[depth], <object>containers[depth]
            is_list = type(container) is list
        if line.indent != column or line.has_dash != is_list:
            return None
        start += line.indent
        if line.has_dash:
            start += 2
            if line.has_name:
                opened = {}
                PyList_Append(container, opened)
                if depth >= deepest:
                    return None
                containers[depth] = <PyObject*>container
                columns[depth] = column
                depth += 1
                column, container, is_list = line.indent + 2, opened, False
                places[count] = <uint32_t>start
                count += 1
        elif not line.has_name:
            return None
        places[count] = <uint32_t>start
        count += 1
        if line.has_name:
            name = _resolved(text + line.name, line.name_end - line.name, _names, NAMES, resolve_key)
            if line.kind == NO_VALUE:
                key = name
                colon = line.name_end + 1
                continue
            places[count] = <uint32_t>(line.name_end + 2)
            count += 1
        if line.kind == WORD:
            value = _resolved(text + line.value, line.value_end - line.value, _words, WORDS, resolve)
        elif line.kind == QUOTED:
            value = PyUnicode_DecodeASCII(<const char*>text + line.value, line.value_end - line.value, NULL)
        elif line.kind == EMPTY and depth < deepest:
            value = {} if text[line.value] == b"{" else []
        else:
            return None
        if not line.has_name:
            PyList_Append(container, value)
        elif not _put(container, name, value):
            return None
    if root is None:
        return None
    if key is not None:
        if not _put(container, key, None):
            return None
        places[count] = <uint32_t>colon
        count += 1
    if type(root) is dict and "items" in root:
        return None
    offsets = clone(_TEMPLATE, count, False)
    memcpy(offsets.data.as_voidptr, places, count * sizeof(uint32_t))
    return root, offsets
