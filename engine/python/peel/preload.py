"""Import once what learners' programs are likely to need, so that a memory snapshot holds it ready.

After a snapshot is restored, site-packages is not on the file system: what is not imported here is not there at all.
"""

import gc
import importlib
import pkgutil

# Whole packages, with every module that imports without a package that is not there.
PACKAGES = ("fastapi", "starlette", "uvicorn", "pydantic", "anyio", "h11", "httpx", "httpcore", "itsdangerous")
MORE = ("jwt", "python_multipart", "structlog", "idna", "certifi", "click", "peel")

# Parts that only make sense outside: they start processes, parse command lines or take over the interpreter.
SKIPPED_PREFIXES = (
    "anyio._backends._trio",
    "anyio.pytest_plugin",
    "anyio.to_process",
    "anyio.to_interpreter",
    "fastapi.__main__",
    "fastapi.cli",
    "httpx.__main__",
    "httpx._main",
    "peel.__main__",
    "pydantic.mypy",
    "pydantic.v1",
    "pydantic._hypothesis_plugin",
    "uvicorn.__main__",
    "uvicorn.supervisors",
    "uvicorn.loops.uvloop",
)

# Modules of the standard library that programs about middleware import, and those that are imported late.
STANDARD = (
    "asyncio.taskgroups",
    "base64",
    "contextlib",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "encodings.idna",
    "enum",
    "functools",
    "gzip",
    "hashlib",
    "hmac",
    "html",
    "http.cookies",
    "inspect",
    "ipaddress",
    "itertools",
    "json",
    "linecache",
    "logging.config",
    "logging.handlers",
    "pathlib",
    "random",
    "secrets",
    "string",
    "tempfile",
    "textwrap",
    "time",
    "traceback",
    "tracemalloc",
    "typing",
    "urllib.parse",
    "uuid",
    "zlib",
    "zoneinfo",
)


def preload() -> list[str]:
    """Import everything and collect garbage; return the modules that could not be imported."""
    missing: list[str] = []
    for name in STANDARD:
        importlib.import_module(name)
    for name in PACKAGES + MORE:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(getattr(package, "__path__", []), f"{name}."):
            if module.name.startswith(SKIPPED_PREFIXES):
                continue
            try:
                importlib.import_module(module.name)
            except Exception:  # optional parts of packages fail in many ways; they are not needed
                missing.append(module.name)
    gc.collect()
    return missing
