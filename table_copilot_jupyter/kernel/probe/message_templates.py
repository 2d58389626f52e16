"""What the messages of the interpreter, of pandas, NumPy, polars and DuckDB look like, part by part.

A slot in braces says what stands there; ``messages.py`` decides what of it is told. Only sentences that are written in
C or Rust need to be here: those of Python code are constants of that code.
"""

from __future__ import annotations

import re
from functools import lru_cache

_SLOTS = {
    "name": r"([^'\"`\n]{1,200})",
    "module": r"([\w.]{1,200})",
    "type": r"([\w.]{1,100})",
    "call": r"([\w.<>]{1,200})",
    "op": r"([-+*/%@&|^<>=~]{1,3}|\*\* or pow\(\))",
    "fixed": r"(\d{1,3})",
    "n": r"(\d{1,20})",
    "any": r"(.*)",
}
"""``fixed`` is a number that the code sets; ``n`` may count values."""

_TEMPLATES = """\
name '{name}' is not defined
name '{name}' is not defined. Did you mean: '{name}'?
cannot access local variable '{name}' where it is not associated with a value
cannot access free variable '{name}' where it is not associated with a value in enclosing scope
local variable '{name}' referenced before assignment
No module named '{name}'
No module named '{name}'; '{name}' is not a package
cannot import name '{name}' from '{module}' ({any})
module '{module}' has no attribute '{name}'
'{type}' object has no attribute '{name}'
type object '{type}' has no attribute '{name}'
'{type}' object attribute '{name}' is read-only
{call}() got an unexpected keyword argument '{name}'
{call}() got multiple values for argument '{name}'
{call}() got multiple values for keyword argument '{name}'
{call}() missing {fixed} required positional argument: '{name}'
{call}() missing {fixed} required positional arguments: '{name}' and '{name}'
{call}() missing {fixed} required positional arguments: {any}
{call}() missing {fixed} required keyword-only argument: '{name}'
{call}() missing {fixed} required keyword-only arguments: {any}
{call}() takes {fixed} positional argument but {n} were given
{call}() takes {fixed} positional arguments but {n} were given
{call}() takes {fixed} positional arguments but {n} was given
{call}() takes from {fixed} to {fixed} positional arguments but {n} were given
{call}() takes no arguments
{call}() takes no arguments ({n} given)
{call}() takes no keyword arguments
{call}() takes exactly one argument ({n} given)
{type}() takes no arguments
unsupported operand type(s) for {op}: '{type}' and '{type}'
'{op}' not supported between instances of '{type}' and '{type}'
bad operand type for unary {op}: '{type}'
bad operand type for abs(): '{type}'
can only concatenate {type} (not "{type}") to {type}
can't multiply sequence by non-int of type '{type}'
'{type}' object is not callable
'{type}' object is not iterable
'{type}' object is not subscriptable
'{type}' object is not an iterator
'{type}' object cannot be interpreted as an integer
'{type}' object does not support item assignment
'{type}' object does not support item deletion
'{type}' object does not support the context manager protocol
object {type} can't be used in 'await' expression
unhashable type: '{type}'
cannot use '{type}' as a dict key (unhashable type: '{type}')
object of type '{type}' has no len()
argument of type '{type}' is not iterable
argument of type '{type}' is not a container or iterable
cannot unpack non-iterable {type} object
cannot convert dictionary update sequence element #{n} to a sequence
must be str, not {type}
must be real number, not {type}
sequence item {n}: expected str instance, {type} found
list indices must be integers or slices, not {type}
tuple indices must be integers or slices, not {type}
string indices must be integers
string indices must be integers, not '{type}'
slice indices must be integers or None or have an __index__ method
int() argument must be a string, a bytes-like object or a real number, not '{type}'
float() argument must be a string or a real number, not '{type}'
not enough values to unpack (expected {fixed}, got {n})
too many values to unpack (expected {fixed})
too many values to unpack (expected {fixed}, got {n})
could not convert string to float: {any}
could not convert string to float '{any}'
invalid literal for int() with base {fixed}: {any}
cannot convert float NaN to integer
cannot convert float infinity to integer
time data {any} does not match format {any}
Invalid isoformat string: {any}
Unknown datetime string format, unable to parse: {any}
time data "{any}" doesn't match format "{any}"{any}
Unable to parse string {any}
cannot compare string with numeric type ({type})
math domain error
math range error
expected a nonnegative input, got {any}
division by zero
float division by zero
division by zero or undefined
integer division or modulo by zero
integer modulo by zero
float modulo
float floor division by zero
complex division by zero
list index out of range
tuple index out of range
string index out of range
range object index out of range
pop from empty list
pop from an empty deque
pop from an empty set
list.remove(x): x not in list
substring not found
max() arg is an empty sequence
min() arg is an empty sequence
max() iterable argument is empty
min() iterable argument is empty
dictionary changed size during iteration
generator already executing
maximum recursion depth exceeded
maximum recursion depth exceeded {any}
Set changed size during iteration
All arrays must be of the same length
Must pass 2-d input. shape={any}
index {n} is out of bounds for axis {fixed} with size {n}
operands could not be broadcast together with shapes {any}
Unable to allocate {any}
unable to find column "{name}"; valid columns: {any}
unable to find column "{name}"
unable to find column "{name}"{any}
column with name '{name}' has more than one occurrence{any}
conversion from `{type}` to `{type}` failed in column '{name}'{any}
conversion from `{type}` to `{type}` failed{any}
Catalog Error: Table with name {call} does not exist!{any}
Catalog Error: Scalar Function with name {call} does not exist!{any}
Binder Error: Referenced column "{name}" not found in FROM clause!{any}
Binder Error: Referenced table "{name}" not found!{any}
Binder Error: column "{name}" must appear in the GROUP BY clause{any}
Parser Error: syntax error at or near "{name}"{any}
Conversion Error: {any}
Cannot run the event loop while another loop is running
asyncio.run() cannot be called from a running event loop
This event loop is already running
Line magic function `%{name}` not found.
Line magic function `%{name}` not found{any}
Cell magic `%%{name}` not found.
Cell magic `%%{name}` not found{any}
The code asks for input, and nobody can type it here.
The code asks the kernel to end; it was ignored.
"""


@lru_cache(maxsize=1)
def templates() -> list[tuple[re.Pattern[str], list[str]]]:
    """Each template as a pattern for the whole message, and what stands in its groups."""
    compiled: list[tuple[re.Pattern[str], list[str]]] = []
    for template in _TEMPLATES.splitlines():
        parts = re.split(r"\{(\w+)\}", template)
        pattern = "".join(_SLOTS[part] if position % 2 else re.escape(part) for position, part in enumerate(parts))
        compiled.append((re.compile(pattern, re.DOTALL), parts[1::2]))
    return compiled
