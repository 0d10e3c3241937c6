// A program that tries every door out of the sandbox, and reports what each gave. `WITNESS` is a server that listens.

/** Python that answers GET /escapes with `{name: "refused: …" | "got: …"}`. */
export const escapes = (witness: string) => `import gc
import importlib
import sys

from fastapi import FastAPI

app = FastAPI()
WITNESS = "${witness}"
SCRIPT = """
for (const attempt of [
  () => fetch('${witness}script', { mode: 'no-cors' }),
  () => new WebSocket('${witness.replace('http', 'ws')}script'),
  () => importScripts('${witness}importScripts'),
  () => import('${witness}import'),
  () => new Worker('${witness}worker'),
  () => indexedDB.open('stolen'),
  () => caches.open('stolen'),
  () => cookieStore.set('secret', 'stolen'),
  () => navigator.storage.getDirectory().then((it) => it.getFileHandle('stolen', { create: true })),
  () => new BroadcastChannel('peel').postMessage('stolen'),
  () => (parent.document.title = 'stolen'),
]) {
  try { Promise.resolve(attempt()).catch(() => {}) } catch {}
}
"""
PORT = int(WITNESS.rsplit(":", 1)[1].strip("/"))


def import_js():
    import js

    return js.location.href


def import_js_by_name():
    return importlib.import_module("js").fetch(WITNESS + "js")


def js_in_modules():
    return sys.modules["js"].fetch(WITNESS + "modules")


def run_js():
    import pyodide.code

    return pyodide.code.run_js("self.origin")


def run_js_fetch():
    from pyodide.code import run_js

    return run_js("fetch('" + WITNESS + "run_js', {mode: 'no-cors'})")


def pyodide_js():
    import pyodide_js

    return pyodide_js.version


def pyodide_js_module():
    from pyodide_js import _module

    return _module


def pyodide_core():
    import _pyodide_core

    return _pyodide_core.raw_call


def pyfetch():
    from pyodide.http import pyfetch

    return pyfetch(WITNESS + "pyfetch").send(None)


def open_url():
    from pyodide.http import open_url

    return open_url(WITNESS + "open_url").read()


def urllib_request():
    import urllib.request

    return urllib.request.urlopen(WITNESS + "urllib", timeout=2).read()


def http_client():
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=2)
    connection.request("GET", "/http.client")
    return connection.getresponse().status


def socket_connection():
    import socket

    with socket.create_connection(("127.0.0.1", PORT), timeout=2) as connection:
        connection.sendall(b"GET /socket HTTP/1.0\\r\\n\\r\\n")
        return connection.recv(10)


def websocket():
    import js

    return js.WebSocket.new(WITNESS.replace("http", "ws"))


def indexed_db():
    import js

    return js.indexedDB.open("stolen")


def caches():
    import js

    return js.caches.open("stolen")


def cookies():
    import js

    return js.document.cookie


def cookie_store():
    import js

    return js.cookieStore.get("secret")


def local_storage():
    import js

    return js.localStorage.getItem("secret")


def parent_page():
    import js

    return js.parent.document.title


def post_message():
    import js

    return js.postMessage("hello")


def import_scripts():
    import js

    return js.importScripts(WITNESS + "importScripts")


def a_proxy_that_lies_about():
    found = [it for it in gc.get_objects() if type(it).__name__ == "JsProxy"]
    for it in found:
        it.constructor.constructor("return fetch('" + WITNESS + "gc', {mode: 'no-cors'})")()
    if not found:
        raise LookupError("no proxy of JavaScript in reach")
    return len(found)


def run_script_in_c():
    import ctypes

    return ctypes.CDLL(None).emscripten_run_script(SCRIPT.encode())


def script_behind_the_finder():
    hidden = [value for finder in sys.meta_path for value in vars(finder).values() if isinstance(value, dict)]
    js = next(values["js"] for values in hidden if "js" in values)
    return js.eval(SCRIPT)


ATTEMPTS = [
    import_js,
    import_js_by_name,
    js_in_modules,
    run_js,
    run_js_fetch,
    pyodide_js,
    pyodide_js_module,
    pyodide_core,
    pyfetch,
    open_url,
    urllib_request,
    http_client,
    socket_connection,
    websocket,
    indexed_db,
    caches,
    cookies,
    cookie_store,
    local_storage,
    parent_page,
    post_message,
    import_scripts,
    a_proxy_that_lies_about,
    run_script_in_c,
    script_behind_the_finder,
]


@app.get("/escapes")
async def try_all():
    results = {}
    for attempt in ATTEMPTS:
        try:
            results[attempt.__name__] = f"got: {attempt()!r}"
        except BaseException as error:
            results[attempt.__name__] = f"refused: {type(error).__name__}: {error}"
    return results
`
/** Every attempt of the program, so that a test can list each by name. */
export const ATTEMPTS = [
  ...['import_js', 'import_js_by_name', 'js_in_modules', 'run_js', 'run_js_fetch', 'pyodide_js', 'pyodide_js_module'],
  ...['pyodide_core', 'pyfetch', 'open_url', 'urllib_request', 'http_client', 'socket_connection', 'websocket'],
  ...['indexed_db', 'caches', 'cookies', 'cookie_store', 'local_storage', 'parent_page', 'post_message'],
  ...['import_scripts', 'a_proxy_that_lies_about'],
] as const

/**
 * Attempts that end in a script in the worker itself. Python's own guards are no border, the frame's is: a script there
 * must reach nothing, whether or not it runs.
 */
export const SCRIPTS = ['run_script_in_c', 'script_behind_the_finder'] as const
