"""Which functions a statement may call.

Table functions are how SQL reaches files, the network, other databases, DuckDB's own state and, worst, the process's
memory (``pandas_scan`` takes a pointer), so only those that make rows of their arguments are allowed. Scalar functions
compute; the few that do more are denied, each with its reason. The locked connection (``sql.py``) refuses most of them
too: this list stands before it, so that no single setting is what holds.

For results that are shown as aggregates (``grouping.py``) there are shorter lists, of what is known to be harmless.
"""

from __future__ import annotations

import re

from .sql_tree import words

TABLE_FUNCTIONS = words("range generate_series unnest repeat repeat_row json_each json_tree")
"""They read nothing but their arguments."""

_REASONS = {
    "it reads settings or variables": "current_setting getvariable getenv setseed get_block_size",
    "it tells about the database rather than the tables": (
        "current_query current_query_id current_connection_id current_transaction_id txid_current current_database "
        "current_schema current_schemas current_catalog current_role current_user session_user user in_search_path "
        "version col_description obj_description shobj_description format_type map_to_pg_oid index_key"
    ),
    "it changes state": "nextval currval setval write_log",
    "it takes SQL as text, which can't be checked": (
        "query query_table json_serialize_sql json_deserialize_sql json_serialize_plan json_execute_serialized_sql "
        "sql_auto_complete"
    ),
    "it holds the kernel up": "sleep_ms pg_sleep",
    "it raises an error with a text of its own": "error assert_true",
    "it reads files or the network": "glob which_secret parse_duckdb_log_message load_aws_credentials",
    "it is DuckDB's own": "stats vector_type constant_or_null finalize combine to_aggregate_state",
}
_DENIED = {name: reason for reason, names in _REASONS.items() for name in names.split()}

_DENIED_FAMILIES = (
    (
        re.compile(
            r"(?:read_|write_|parquet_|sniff_|iceberg_|delta_|st_read|st_drivers|http_|postgres_|mysql_|sqlite_)"
        ),
        "it reads files or the network",
    ),
    (
        re.compile(r"(?:duckdb_|pragma_|pg_|has_\w+_privilege|inet_)"),
        "it tells about the database rather than the tables",
    ),
    (re.compile(r"(?:__internal|arrow_scan|pandas_scan|python_|seq_scan)"), "it is DuckDB's own"),
)

_HARMLESS_FAMILY_MEMBERS = frozenset(("pg_typeof", "pg_size_pretty"))


def denied(name: str) -> str | None:
    """Why a scalar, aggregate or window function may not be called; None if it may."""
    folded = name.casefold()
    if folded in _HARMLESS_FAMILY_MEMBERS:
        return None
    reason = _DENIED.get(folded)
    if reason is not None:
        return reason
    return next((reason for pattern, reason in _DENIED_FAMILIES if pattern.match(folded)), None)


COUNTING = words("count_star count approx_count_distinct regr_count")
"""Aggregates that say how many, of any argument that is a plain value."""

CONDITIONAL = words("count_if countif")
"""Aggregates that count the rows of a condition."""

AGGREGATES = words(
    "sum avg mean favg fsum kahan_sum sumkahan min max median quantile quantile_cont quantile_disc approx_quantile "
    "stddev stddev_pop stddev_samp variance var_pop var_samp mad sem skewness kurtosis kurtosis_pop entropy geomean "
    "geometric_mean corr covar_pop covar_samp regr_avgx regr_avgy regr_intercept regr_r2 regr_slope regr_sxx regr_sxy "
    "regr_syy bool_and bool_or"
)
"""Aggregates of values, none of which returns the values of several rows."""

QUANTILES = words("quantile quantile_cont quantile_disc approx_quantile")

PLAIN = words(
    "+ - * / abs round ln log log10 log2 sqrt length len strlen lower upper trim ltrim rtrim date_part datepart "
    "date_trunc datetrunc date_diff datediff date_sub datesub epoch epoch_ms epoch_us epoch_ns year month day hour "
    "minute second quarter week weekofyear dayofweek weekday isodow dayofyear age to_days to_hours to_minutes "
    "to_seconds to_weeks to_months to_years trunc timezone strptime try_strptime to_timestamp"
)
"""Functions in an aggregate's argument: they turn each value into another, without a choice among rows.

By arithmetic alone one row can still be given nearly all the weight of a sum: see ``grouping.py``.
"""

SCALARS = PLAIN | words(
    "// % ** ^ || & | << >> mod pow power exp floor ceil ceiling sign greatest least nullif if ifnull coalesce concat "
    "concat_ws substr substring left right replace regexp_replace regexp_extract regexp_matches regexp_full_match "
    "split_part lpad rpad contains starts_with prefix suffix ends_with strpos instr position reverse strip_accents "
    "strftime make_date make_timestamp last_day dayname monthname time_bucket isoyear yearweek decade century "
    "millennium today now current_date current_timestamp current_localtimestamp get_current_timestamp add "
    "subtract multiply divide isnan isinf isfinite ~~ !~~ ~~* !~~* ~~~ like_escape not_like_escape ilike_escape "
    "not_ilike_escape decimal_division date_add fmod fdiv width_bucket list_value list_contains list_has "
    "round_even bar format printf pi degrees radians sin cos tan asin acos atan atan2 cbrt gcd lcm xor "
    "nfc_normalize ascii unicode md5 hash days_in_month"
)
"""Functions in a group's key or over aggregates: they return one value of one row's, and make no more rows of it."""
