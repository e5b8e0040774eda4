"""The one exception of this package."""


class DataError(Exception):
    """Data that could not be had: what was expected, what came, what to do, always in one line.

    The three parts stay separate in `args`, so that the exception survives pickling between worker processes.
    """

    def __init__(self, expected: str, got: str, remedy: str) -> None:
        super().__init__(expected, got, remedy)

    def __str__(self) -> str:
        expected, got, remedy = self.args
        # File names and foreign error texts may hold line breaks; a message is one line whatever they hold.
        return " ".join(f"expected {expected}; got {got}; {remedy}".split())
