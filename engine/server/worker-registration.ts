// Gets the service worker to run and to be in charge of this page. Knows nothing of requests.
import { DoorError } from './door-error'
import { PROTOCOL } from './worker/messages'
import type { WorkerCall, WorkerReply } from './worker/messages'

/** Real ms: a worker starts in 20 to 200, more on a machine that is busy booting Python at the same time. */
const START_MS = 8000
const REPLY_MS = 3000

const INSTEAD = 'Runs go to the server directly instead; only the Network panel stays empty.'

/**
 * Registers the worker and waits until it controls this page.
 * @param script  absolute URL of the worker's script
 * @param scope   path that it is in charge of, at or below the script's folder
 * @throws {DoorError} each of its reasons
 */
export async function registerWorker(script: string, scope: string): Promise<ServiceWorkerContainer> {
  const container = findContainer()
  const registration = await register(container, script, scope)
  if (registration.waiting) await letTakeOver(container, registration.waiting)
  const worker = await takeControl(container, registration)
  const reply = await ask(worker, { type: 'peel/hello' })
  if (reply?.protocol !== PROTOCOL) {
    const why = reply
      ? 'It is of another version than this page, and another tab still uses it. Close the other tabs of Peel and reload.'
      : 'It does not answer. Reload the page to try again.'
    throw new DoorError('failed', `The service worker can't be used. ${why} ${INSTEAD}`)
  }
  return container
}

function findContainer(): ServiceWorkerContainer {
  if (!globalThis.isSecureContext) {
    throw new DoorError(
      'insecure',
      `Browsers run service workers only on pages opened over https or on localhost, and this one is not. ${INSTEAD}`,
    )
  }
  // Some browsers throw at the mere look in a sandboxed frame; where there are none at all the property is missing.
  let container: ServiceWorkerContainer | undefined
  try {
    container = navigator.serviceWorker as ServiceWorkerContainer | undefined
  } catch (cause) {
    throw refused(cause)
  }
  if (!container) {
    throw new DoorError('unsupported', `This browser has no service workers (some switch them off). ${INSTEAD}`)
  }
  return container
}

async function register(
  container: ServiceWorkerContainer,
  script: string,
  scope: string,
): Promise<ServiceWorkerRegistration> {
  let registration: ServiceWorkerRegistration | undefined
  try {
    registration = await inTime(container.register(script, { scope, updateViaCache: 'none' }), START_MS)
  } catch (cause) {
    // A script of another media type, such as the page that many servers send for an unknown path, is a SecurityError too.
    const isSecurity = cause instanceof DOMException && cause.name === 'SecurityError'
    if (isSecurity && (await isScript(script))) throw refused(cause)
    throw new DoorError('failed', `The service worker's script could not be loaded or run. ${INSTEAD}`, { cause })
  }
  // Tools that block service workers may let register() come back with nothing, instead of refusing.
  if (!registration) throw refused()
  return registration
}

async function isScript(url: string): Promise<boolean> {
  try {
    const { ok, headers } = await fetch(url, { method: 'HEAD', cache: 'no-store' })
    return ok && /javascript/i.test(headers.get('content-type') ?? '')
  } catch {
    return false
  }
}

function refused(cause?: unknown): DoorError {
  return new DoorError(
    'refused',
    `The browser does not let this page have a service worker (blocked cookies or site data are the usual cause). ${INSTEAD}`,
    { cause },
  )
}

/** Lets a newer worker in, which it does only if no other tab is open. No session of this page is live yet. */
async function letTakeOver(container: ServiceWorkerContainer, waiting: ServiceWorker): Promise<void> {
  const changed = controllerChange(container)
  const reply = await ask(waiting, { type: 'peel/take-over' })
  if (reply?.done) await inTime(changed, REPLY_MS).catch(() => {})
}

async function takeControl(
  container: ServiceWorkerContainer,
  registration: ServiceWorkerRegistration,
): Promise<ServiceWorker> {
  try {
    if (container.controller) return container.controller
    const changed = controllerChange(container)
    const active = await inTime(activeWorker(registration), START_MS)
    // A worker that was active before this page came (hard reload) does not claim it unasked.
    if (!container.controller)
      active.postMessage({ type: 'peel/claim' } satisfies WorkerCall, [new MessageChannel().port2])
    return container.controller ?? (await inTime(changed, START_MS))
  } catch (cause) {
    throw new DoorError('failed', `The service worker did not start. Reload the page to try again. ${INSTEAD}`, {
      cause,
    })
  }
}

function controllerChange(container: ServiceWorkerContainer): Promise<ServiceWorker> {
  return new Promise((resolve) => {
    const listen = (): void => {
      if (!container.controller) return
      container.removeEventListener('controllerchange', listen)
      resolve(container.controller)
    }
    container.addEventListener('controllerchange', listen)
  })
}

/** Resolves once the registration has an active worker; rejects when the new one is thrown away instead. */
function activeWorker(registration: ServiceWorkerRegistration): Promise<ServiceWorker> {
  return new Promise((resolve, reject) => {
    const coming = registration.installing ?? registration.waiting
    const look = (): void => {
      if (registration.active) resolve(registration.active)
      else if (!coming || coming.state === 'redundant') reject(new Error('the worker was not installed'))
    }
    coming?.addEventListener('statechange', look)
    look()
  })
}

/** Sends a call and waits for its reply; null when none comes. */
async function ask(worker: ServiceWorker, call: WorkerCall): Promise<WorkerReply | null> {
  const { port1, port2 } = new MessageChannel()
  try {
    const reply = new Promise<WorkerReply>((resolve) => {
      port1.onmessage = (event: MessageEvent<WorkerReply>) => resolve(event.data)
    })
    worker.postMessage(call, [port2])
    return await inTime(reply, REPLY_MS)
  } catch {
    return null
  } finally {
    port1.close()
  }
}

async function inTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
