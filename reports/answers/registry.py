"""All answers, in the order and with the numbers of the assignment."""

from reports.answers import theory_1_convolution, theory_2_relu, theory_3_backpropagation, theory_4_counts
from reports.answers.answer import Answer


def theory_answers() -> tuple[Answer, ...]:
    """The answers to the theoretical questions 1 to 4, in the assignment's order."""
    return (
        *theory_1_convolution.answers(),
        *theory_2_relu.answers(),
        *theory_3_backpropagation.answers(),
        *theory_4_counts.answers(),
    )
