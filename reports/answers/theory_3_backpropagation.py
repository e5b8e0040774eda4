"""Question 3: the derivative of a convolution by its filter, and its product with the incoming gradient."""

from reports.answers.answer import Answer, Check
from reports.answers.convolution_matrix import (
    check_correlation,
    check_fft,
    check_image_matrix,
    check_input_gradient,
    check_matrix,
)

BODY_3_1 = r"""
Let $I$ have the indices $0, dots, n - 1$ and $f$ the indices $0, dots, k - 1$. Keeping only the points where the filter
lies inside the signal leaves $m = n - k + 1$ outputs. Numbered from 0 they are
$ O[i] = sum_(j=0)^(k-1) f[j] thin I[i + k - 1 - j], quad i = 0, dots, m - 1. $
($O[i]$ is the value of $f * I$ at index $i + k - 1$.) This is linear in $f$. The derivative by $f[j]$ is the factor
that multiplies it, and does not depend on $f$:
$ A_(i j) = (partial O[i]) / (partial f[j]) = I[i + k - 1 - j]. $
The matrix has $m = n - k + 1$ rows, one for each output pixel, and $k$ columns, one for each element of the filter:
$ (partial (f * I)) / (partial f) = A = mat(row-gap: #0.5em,
    I[k - 1], I[k - 2], dots, I[1], I[0];
    I[k], I[k - 1], dots, I[2], I[1];
    I[k + 1], I[k], dots, I[3], I[2];
    dots.v, dots.v, , dots.v, dots.v;
    I[n - 1], I[n - 2], dots, I[n - k + 1], I[n - k]). $
Row $i$ is the window of the signal below the filter at its place $i$, read backwards because convolution flips. The
entries depend on $i - j$ only: $A$ is a _Toeplitz_ matrix, constant along its diagonals, and holds only the $n$
numbers of the signal in its $k (n - k + 1)$ places. For $n = 5$ and $k = 3$,
$ A = mat(row-gap: #0.5em, I[2], I[1], I[0]; I[3], I[2], I[1]; I[4], I[3], I[2]), quad quad f * I = A f. $
Without the flip, as libraries compute it, the columns come in the opposite order, the entries are $I[i + j]$, and the
matrix is a Hankel matrix. A bias adds a column of ones, and several input channels put their matrices side by side. For
an image and a filter of $p$ by $q$ pixels, row $(y, x)$ is the flipped window written out as a vector, with
$I[y + p - 1 - v, thin x + q - 1 - u]$ in column $(v, u)$.
"""

BODY_3_2 = r"""
Let $g[i] = partial L slash partial O[i]$ be the gradient that arrives at the output of this layer, one number for each
of its $m$ pixels. By the chain rule it has to be multiplied by the transposed matrix:
$ (partial L) / (partial f) = A^top g, quad
  (partial L) / (partial f[j]) = sum_(i=0)^(m-1) A_(i j) thin g[i] = sum_(i=0)^(m-1) g[i] thin I[i + (k - 1 - j)]. $
*The matrix is never formed, because this product is itself a correlation.* The sum is the dot product of $g$ with the
piece of $I$ that starts at $k - 1 - j$. Sliding $g$ along $I$, keeping the $n - m + 1 = k$ places where it lies inside,
gives the correlation $c[l] = sum_i g[i] thin I[i + l]$ for $l = 0, dots, k - 1$; the gradient is $c$ read backwards,
$ (partial L) / (partial f[j]) = c[k - 1 - j]. $
Equally, it is the convolution of $g$ with the flipped signal, cut in the same way as the layer itself. So the backward
step runs the same kind of code as the forward step, with $g$ in the place of the filter. This uses that each column of
$A$ is a shifted piece of the one signal $I$, which is in memory anyway:

- _Directly:_ $k m = k (n - k + 1)$ multiplications, as many as the matrix product needs, but no memory beyond the $k$
  results. The matrix would take $k (n - k + 1)$ numbers, for $k$ much smaller than $n$ about $k$ copies of the input.
- _By the fast Fourier transform:_ a correlation is a product of spectra, $c = cal(F)^(-1) (overline(cal(F) g) dot
  cal(F) I)$ with $g$ filled up with zeros to length $n$, of which the first $k$ values are kept (no index $i + l$
  passes $n - 1$, so nothing wraps around). This takes $O(n log n)$ operations, whatever $k$ is: less for long filters,
  more for the small filters that are usual in a CNN, where the direct way is better.

For a batch the results of its examples are added, and the gradient of the bias is $sum_i g[i]$.

To go on to the layer before, the gradient by the input is needed as well. As $O[i]$ contains $I[s]$ with the factor
$f[i + k - 1 - s]$, it is
$ (partial L) / (partial I[s]) = sum_i g[i] thin f[i + k - 1 - s], quad s = 0, dots, n - 1, $
where $f$ counts as zero outside $0, dots, k - 1$: the full convolution of $g$ with the flipped filter, of length
$m + k - 1 = n$, again without a matrix.
"""


def answers() -> tuple[Answer, ...]:
    """The answers 3.1 and 3.2."""
    return (
        Answer(
            "3.1",
            "What is the matrix of partial derivatives of f * I by the elements of f?",
            BODY_3_1,
            (
                Check("The matrix is TensorFlow's Jacobian of f * I by f.", check_matrix),
                Check("So is the matrix for images.", check_image_matrix),
            ),
        ),
        Answer(
            "3.2",
            "How is this matrix multiplied efficiently by the gradient that is propagated through the layer?",
            BODY_3_2,
            (
                Check("The flipped correlation of I with g equals the product with the matrix.", check_correlation),
                Check("The product of the spectra equals the product with the matrix.", check_fft),
                Check("The gradient by the input is the full convolution with the flipped f.", check_input_gradient),
            ),
        ),
    )
