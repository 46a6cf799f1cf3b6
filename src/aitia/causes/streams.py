"""Random numbers that belong to a life and a purpose, not to a moment of the program.

A draw is a pure function of (seed, purpose, index): the 64-bit key of the purpose starts a SplitMix64 sequence, and
the index picks its place in it. Life 41 therefore has the same draws whatever the threads, workers or chunks, and a
scenario that adds an exposure leaves every other draw of every life as it was (common random numbers).

Source of the generator: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014,
doi 10.1145/2660193.2660195. Source of the logarithm's polynomial: FreeBSD msun e_log.c, whose error is below one
unit in the last place; written out here without branches, so that the compiler can work on several lives at once.
"""

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_ONE = np.uint64(0x3FF0000000000000)
_ROOT_HALF = np.uint64(0x3FE6A09E667F3BCD)
_MANTISSA = np.uint64(0x000FFFFFFFFFFFFF)
_TWO_TO_52 = np.uint64(0x4330000000000000)
_LN2 = 0.6931471805599453


def compiled(function: Function) -> Function:
    """The function compiled for the machine, free of Python's lock, kept on disk between runs.

    Division by zero gives infinity, as in NumPy: a check would keep the compiler from working on several lives at once.
    What is kept on disk holds copies of the small functions that it calls from other files: after a change to one of
    those alone, delete the .nbi and .nbc files in __pycache__.
    """
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def stream_key(seed: int, purpose: str) -> np.uint64:
    """The 64-bit key of a purpose, such as "step 3" or "exposure smoking", under a seed of any size."""
    digest = hashlib.blake2b(f"{seed}\0{purpose}".encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


@compiled
def bits_at(key: np.uint64, index: np.uint64) -> np.uint64:
    """64 random bits: the SplitMix64 output number `index` (from 0) of the sequence that starts at `key`."""
    z = key + (index + np.uint64(1)) * _GAMMA
    z = (z ^ (z >> np.uint64(30))) * _FIRST
    z = (z ^ (z >> np.uint64(27))) * _SECOND
    return z ^ (z >> np.uint64(31))


@compiled
def uniform_at(key: np.uint64, index: np.uint64) -> float:
    """A uniform number strictly between 0 and 1: the middle of one of 2^52 equal cells."""
    cell = np.uint64((bits_at(key, index) >> np.uint64(12)) | _ONE).view(np.float64)
    return cell - (1.0 - 2.0**-53)


@compiled
def log_of(x: float) -> float:
    """Natural logarithm of a positive, normal, finite number."""
    shifted = np.float64(x).view(np.uint64) + (_ONE - _ROOT_HALF)
    biased = np.uint64((shifted >> np.uint64(52)) | _TWO_TO_52).view(np.float64)
    exponent = biased - (4503599627370496.0 + 1023.0)
    f = np.uint64((shifted & _MANTISSA) + _ROOT_HALF).view(np.float64) - 1.0
    s = f / (2.0 + f)
    z = s * s
    r = 1.818357216161805012e-01 + z * (1.531383769920937332e-01 + z * 1.479819860511658591e-01)
    r = 3.999999999940941908e-01 + z * (2.857142874366239149e-01 + z * (2.222219843214978396e-01 + z * r))
    r = z * (6.666666666666735130e-01 + z * r)
    half = 0.5 * f * f
    return exponent * _LN2 - (half - s * (half + r) - f)


@compiled
def exponential_at(key: np.uint64, index: np.uint64) -> float:
    """An exponential number of mean 1."""
    return -log_of(uniform_at(key, index))


@compiled
def normal_at(key: np.uint64, index: np.uint64) -> float:
    """A standard normal number (Box and Muller 1958); it uses the places 2·index and 2·index + 1 of the sequence."""
    twice = index + index
    radius = np.sqrt(2.0 * exponential_at(key, twice))
    return float(radius * np.cos(2.0 * np.pi * uniform_at(key, twice + np.uint64(1))))
