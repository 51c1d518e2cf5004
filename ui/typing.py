"""`Property` of PySide6 with the types that its stubs leave out.

Knows: what `PySide6.QtCore.Property` does to a class. Does not know: any class of ours.

At run time this name *is* PySide's `Property`. The name itself matters: `pyside6-metaobjectdump` reads the source, and
looks for a decorator called `Property`; under another name qmllint would lose every property.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Generic, TypeVar, overload

    from PySide6.QtCore import Signal

    T = TypeVar("T")
    R = TypeVar("R")

    class Property(Generic[T]):
        """A property of a QObject, read as its type and written only when it has a setter.

        The first argument is a Python type or the name of a Qt type ("QStringList").
        """

        def __init__(
            self,
            qt_type: type[Any] | str,
            /,
            fget: Callable[[Any], T] | None = None,
            fset: Callable[[Any, T], None] | None = None,
            *,
            notify: Signal | None = None,
            constant: bool = False,
            final: bool = False,
        ) -> None: ...
        def __call__(self, fget: Callable[[Any], R]) -> Property[R]:
            """Take the getter, as a decorator does."""

        def setter(self, fset: Callable[[Any, T], None]) -> Property[T]:
            """Take the setter. Give the decorated method another name: mypy knows no second definition of this one."""

        @overload
        def __get__(self, instance: None, owner: type) -> Property[T]: ...
        @overload
        def __get__(self, instance: object, owner: type) -> T: ...
        def __get__(self, instance: object | None, owner: type) -> Any: ...
        def __set__(self, instance: object, value: T) -> None: ...

else:
    from PySide6.QtCore import Property

__all__ = ["Property"]
