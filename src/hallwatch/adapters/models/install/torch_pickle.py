"""The pickle inside a PyTorch file, read as data: a machine that knows a few opcodes and calls nothing.

Python's own unpickler runs whatever a file names. This one walks the opcodes (``pickletools.genops`` only
decodes them), builds plain values, and refuses every opcode, global and call that a dictionary of tensors
does not need.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from io import BytesIO

from hallwatch.adapters.models.install.torch_values import (
    MOST_NUMBERS,
    ORDERED_DICT,
    REBUILD,
    STORAGES,
    Global,
    Mark,
    Storage,
    TensorRecord,
    Value,
    known_global,
    sizes_of,
)
from hallwatch.errors import PackError

_REFUSED = "is not a plain dictionary of PyTorch tensors"


def read_pickle(stream: BytesIO) -> Value:
    """One pickle from where ``stream`` stands, leaving it behind the pickle. Raises PackError; executes
    nothing."""
    machine = _Machine()
    try:
        for opcode, argument, _ in pickletools.genops(stream):
            machine.step(opcode.name, argument)
        return machine.result()
    # What genops and the machine's own list and dictionary operations raise on bytes that make no sense.
    except (ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
        raise PackError(f"the file {_REFUSED}: {error}") from error


class _Machine:
    """Stack, memo and the allowed opcodes."""

    def __init__(self) -> None:
        self._stack: list[Value] = []
        self._memo: dict[int, Value] = {}

    def result(self) -> Value:
        (value,) = self._stack
        return value

    def step(self, name: str, argument: object) -> None:
        if name in ("PROTO", "STOP"):
            return
        if name in _CONSTANTS:
            self._stack.append(_CONSTANTS[name]())
        elif name in _LITERALS and isinstance(argument, int | str):
            self._stack.append(argument)
        elif name == "GLOBAL" and isinstance(argument, str):
            self._stack.append(known_global(argument))
        elif name in ("BINPUT", "LONG_BINPUT") and isinstance(argument, int):
            self._memo[argument] = self._stack[-1]
        elif name in ("BINGET", "LONG_BINGET") and isinstance(argument, int):
            self._stack.append(self._memo[argument])
        elif name in _ACTIONS:
            _ACTIONS[name](self)
        else:
            raise ValueError(f"it uses the opcode {name}")

    def tuple_of(self, count: int) -> None:
        if count > len(self._stack):
            raise ValueError("a tuple lacks members")
        members = tuple(self._stack[-count:])
        del self._stack[-count:]
        self._stack.append(members)

    def tuple_from_mark(self) -> None:
        self._stack.append(tuple(self._since_mark()))

    def append_items(self) -> None:
        items = self._since_mark()
        target = self._stack[-1]
        if not isinstance(target, list):
            raise TypeError("items for something that is not a list")
        target.extend(items)

    def set_items(self) -> None:
        self._set(self._since_mark())

    def set_item(self) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._set([key, value])

    def storage(self) -> None:
        match self._stack.pop():
            case ("storage", Global(name), str(key), str(), int(count), None) if (
                name in STORAGES and 0 <= count <= MOST_NUMBERS
            ):
                self._stack.append(Storage(key, STORAGES[name], count))
            case _:
                raise ValueError("a storage is described in an unknown way")

    def reduce(self) -> None:
        """Stands for a call: an empty ordered dictionary, or a tensor's record. Nothing is called."""
        arguments, function = self._stack.pop(), self._stack.pop()
        match function, arguments:
            case Global(name), () if name == ORDERED_DICT:
                self._stack.append({})
            case Global(name), (
                Storage() as storage,
                int(offset),
                tuple(shape),
                tuple(strides),
                bool(),
                dict(),
            ) if name == REBUILD:
                record = TensorRecord(storage, offset, sizes_of(shape), sizes_of(strides))
                self._stack.append(record)
            case _:
                raise ValueError("it calls something")

    def build(self) -> None:
        """A state for the dictionary below it: PyTorch's bookkeeping, which is dropped."""
        self._stack.pop()
        if not isinstance(self._stack[-1], dict):
            raise TypeError("a state for something that is not a dictionary")

    def _since_mark(self) -> list[Value]:
        at = len(self._stack) - 1
        while not isinstance(self._stack[at], Mark):
            at -= 1
            if at < 0:
                raise ValueError("a mark is missing")
        items = self._stack[at + 1 :]
        del self._stack[at:]
        return items

    def _set(self, flat: list[Value]) -> None:
        target = self._stack[-1]
        if not isinstance(target, dict) or len(flat) % 2:
            raise TypeError("pairs for something that is not a dictionary")
        for key, value in zip(flat[::2], flat[1::2], strict=True):
            if not isinstance(key, str):
                raise TypeError("a key that is not a string")
            target[key] = value


_CONSTANTS: dict[str, Callable[[], Value]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_DICT": dict,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "MARK": Mark,
}
_LITERALS = {"BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE"}
_ACTIONS: dict[str, Callable[[_Machine], None]] = {
    "TUPLE": _Machine.tuple_from_mark,
    "TUPLE1": lambda machine: machine.tuple_of(1),
    "TUPLE2": lambda machine: machine.tuple_of(2),
    "TUPLE3": lambda machine: machine.tuple_of(3),
    "APPENDS": _Machine.append_items,
    "SETITEM": _Machine.set_item,
    "SETITEMS": _Machine.set_items,
    "BINPERSID": _Machine.storage,
    "REDUCE": _Machine.reduce,
    "BUILD": _Machine.build,
}
