"""What several test files share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from search.runtime import configure

# One thread, as each worker of a search has: TensorFlow takes no other number once it has computed.
configure(1)

# A law is about what holds, not how fast: the first example pays for imports, and the machine has other work.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def mnist_dir() -> Path:
    """Where the real MNIST files lie; skips the test where nobody said so."""
    folder = os.environ.get("MNIST_DIR", "")
    if not folder:
        pytest.skip("MNIST_DIR is not set: it names the folder with the four MNIST files")
    return Path(folder)


def assert_one_line(error: Exception, said: list[str]) -> None:
    """An error a user sees is one line of what was expected, what came and what to do, and says these parts."""
    message = str(error)
    assert "\n" not in message
    assert message.startswith("expected ")
    assert message.index("; got ") < message.rindex("; ")
    for part in said:
        assert part in message
