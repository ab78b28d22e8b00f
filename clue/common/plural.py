"""Numbers with the singular or plural of their noun."""


def counted(number: int, one: str, several: str = "") -> str:
    """`1 pair`, `2,000 pairs`; `several` if the plural is not the singular with an s.

    Both forms may contain a verb: `counted(n, "row is", "rows are")`.
    """
    return f"{number:,} {one if number == 1 else several or one + 's'}"
