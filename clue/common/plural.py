"""How many of what, in words."""


def counted(number: int, one: str, several: str = "") -> str:
    """`1 pair`, `2,000 pairs`; `several` where the plural is not the singular and an s.

    The words may go on, for the verb that follows: `counted(n, "row is", "rows are")`.
    """
    return f"{number:,} {one if number == 1 else several or one + 's'}"
