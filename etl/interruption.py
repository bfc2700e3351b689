"""What Ctrl-C and SIGTERM look like where they arrive: within a query DuckDB makes errors of its own of them."""

from __future__ import annotations

import duckdb


def is_interruption(error: BaseException) -> bool:
    """Whether an error is a person's wish to stop; of DuckDB's RuntimeErrors only the cause tells."""
    return isinstance(error, KeyboardInterrupt | duckdb.InterruptException) or (
        isinstance(error, RuntimeError) and isinstance(error.__cause__, KeyboardInterrupt)
    )
