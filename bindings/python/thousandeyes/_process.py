"""What cannot leave its process."""

from __future__ import annotations

from typing import NoReturn, SupportsIndex


class OfThisProcess:
    """Belongs to this process: no copy, no pickle."""

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        text = f"A thousandeyes.{type(self).__name__} cannot be copied or pickled. Make one where it is needed."
        raise TypeError(text)
