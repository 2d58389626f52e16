"""Which numbers of an answer stand in which result (``proof``), and how numbers are read in prose, in three steps:
``prose`` leaves out what is none, ``numbers`` reads what is written, ``quantities`` leaves out what counts nothing."""

from .proof import Proof, ResultIndex, prove

__all__ = ["Proof", "ResultIndex", "prove"]
