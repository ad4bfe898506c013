"""Results: what a run says, and its form as JSON lines; reports are made of these alone."""

from .records import (
    BUILT_IN,
    FAILING,
    SCHEMA_VERSION,
    ArrayRecord,
    Diagnosis,
    Finding,
    Footer,
    Header,
    Result,
    ResultsError,
    Smallest,
    Verdict,
    count_verdicts,
    from_line,
    read_results,
    to_line,
)

__all__ = [
    "BUILT_IN",
    "FAILING",
    "SCHEMA_VERSION",
    "ArrayRecord",
    "Diagnosis",
    "Finding",
    "Footer",
    "Header",
    "Result",
    "ResultsError",
    "Smallest",
    "Verdict",
    "count_verdicts",
    "from_line",
    "read_results",
    "to_line",
]
