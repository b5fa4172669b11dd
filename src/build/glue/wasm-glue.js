/**
 * Runs a WebAssembly module as a DApp: ABI `ela-wasm/1`.
 *
 * The module exports `memory` and
 *
 *     ela_alloc(bytes) → address     where the next message is to be put; it may move each time
 *     ela_handle(bytes) → length     a request is there: the length of the answer, or -1 for "later"
 *     ela_resume(call, ok, bytes) → length
 *                                    the outcome of a call is there; same answer as `ela_handle`
 *     ela_out() → address            where the answer is
 *     _initialize()                  optional: constructors
 *
 * and may import from `ela`
 *
 *     call(address, bytes) → call    begins a call of the runtime; its number comes back in `resume`
 *     log(address, bytes)            a line for whoever runs the DApp
 *
 * and from `wasi_snapshot_preview1` what its language needs to print and to end. There is nothing
 * else: no files, no environment, no threads. Every request runs in a fresh instance, so memory
 * does not outlive it; what has to stay goes into `storage`.
 *
 * A call is JSON, `["storage", "get", ["key"]]`; its outcome is JSON too, or the text of the error
 * when `ok` is 0. Requests and answers are as `message.js` says.
 */
import { callRuntime, headOf, MOST_BYTES, responseOf } from './message.js'

const LATER = -1
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** @param {WebAssembly.Module} module */
export function serve(module) {
  return {
    fetch: async (request, { ELA }) => new Guest(module, ELA).answer(request),
  }
}

class Guest {
  #exports
  #ela
  #calls = new Map()
  #lastCall = 0
  #unended = ''

  constructor(module, ela) {
    this.#ela = ela
    const { exports } = new WebAssembly.Instance(module, {
      ela: {
        call: (at, length) => this.#call(this.#text(at, length)),
        log: (at, length) => this.#log(this.#text(at, length)),
      },
      wasi_snapshot_preview1: this.#system(),
    })
    for (const name of ['memory', 'ela_alloc', 'ela_handle', 'ela_resume', 'ela_out']) {
      if (exports[name] === undefined) throw new TypeError(`the module does not export \`${name}\``)
    }
    this.#exports = exports
    exports._initialize?.()
  }

  async answer(request) {
    const body = new Uint8Array(await request.arrayBuffer())
    let length = this.#exports.ela_handle(this.#give(joined(headOf(request), body)))
    while (length === LATER) {
      if (this.#calls.size === 0) throw new Error('the module waits, and called nothing')
      const { call, ok, text } = await Promise.race(this.#calls.values())
      this.#calls.delete(call)
      length = this.#exports.ela_resume(call, ok ? 1 : 0, this.#give(encoder.encode(text)))
    }
    return responseOf(this.#bytes(this.#exports.ela_out() >>> 0, length))
  }

  /** Puts a message where the module wants it, and returns its length. */
  #give(message) {
    if (message.length > MOST_BYTES) throw new RangeError('the message is too long')
    const at = this.#exports.ela_alloc(message.length) >>> 0
    this.#view(at, message.length).set(message)
    return message.length
  }

  #call(text) {
    const [capability, method, args] = JSON.parse(text)
    this.#lastCall += 1
    const call = this.#lastCall
    const outcome = async () => {
      try {
        return { call, ok: true, text: await callRuntime(this.#ela, capability, method, args) }
      } catch (error) {
        return { call, ok: false, text: String(error?.message ?? error) }
      }
    }
    this.#calls.set(call, outcome())
    return call
  }

  #log(line) {
    console.log(line)
  }

  /** Output by lines, the clock, chance and the end; every file is one that is not open. */
  #system() {
    const BAD_FILE = 8
    const notOpen = () => BAD_FILE
    return {
      fd_write: (file, parts, count, written) => this.#print(file, parts, count, written),
      fd_read: notOpen,
      fd_close: notOpen,
      fd_seek: notOpen,
      fd_fdstat_get: notOpen,
      fd_fdstat_set_flags: notOpen,
      fd_prestat_get: notOpen,
      fd_prestat_dir_name: notOpen,
      path_open: notOpen,
      environ_get: () => 0,
      environ_sizes_get: (count, size) => this.#numbers(count, 0, size, 0),
      args_get: () => 0,
      args_sizes_get: (count, size) => this.#numbers(count, 0, size, 0),
      clock_time_get: (_clock, _precision, at) => {
        new DataView(this.#exports.memory.buffer).setBigUint64(
          at >>> 0,
          BigInt(Date.now()) * 1_000_000n,
          true,
        )
        return 0
      },
      random_get: (at, length) => {
        crypto.getRandomValues(this.#view(at, length))
        return 0
      },
      sched_yield: () => 0,
      proc_exit: (code) => {
        throw new Error(`the module ended itself with ${code}`)
      },
    }
  }

  #print(file, parts, count, written) {
    if (file !== 1 && file !== 2) return 8
    const view = new DataView(this.#exports.memory.buffer)
    let bytes = 0
    for (let part = 0; part < count; part++) {
      const at = (parts >>> 0) + part * 8
      const length = view.getUint32(at + 4, true)
      this.#unended += this.#text(view.getUint32(at, true), length)
      bytes += length
    }
    const lines = this.#unended.split('\n')
    this.#unended = lines.pop().slice(-MOST_BYTES)
    for (const line of lines) this.#log(line)
    view.setUint32(written >>> 0, bytes, true)
    return 0
  }

  #numbers(first, one, second, other) {
    const view = new DataView(this.#exports.memory.buffer)
    view.setUint32(first >>> 0, one, true)
    view.setUint32(second >>> 0, other, true)
    return 0
  }

  /** Throws when the module names a place outside its memory. */
  #view(at, length) {
    return new Uint8Array(this.#exports.memory.buffer, at >>> 0, length >>> 0)
  }

  #bytes(at, length) {
    if (length < 0 || length > MOST_BYTES) throw new RangeError(`${length} is no length`)
    return this.#view(at, length).slice()
  }

  #text(at, length) {
    return decoder.decode(this.#view(at, length))
  }
}

function joined(head, body) {
  const start = encoder.encode(head)
  const whole = new Uint8Array(start.length + body.length)
  whole.set(start)
  whole.set(body, start.length)
  return whole
}
