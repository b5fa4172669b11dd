/**
 * Runs what TeaVM makes of Java as a DApp. The module exports `handle(host, message)`, which answers
 * with a promise of a message; `host.call(capability, method, args)` is its way to the runtime. Its
 * promise is always kept, because Java would not learn why one was broken: with `+` and JSON, or
 * with `-` and the text of the error.
 */
import { callRuntime, headOf, responseOf } from './message.js'

/** @param {(host: object, message: string) => Promise<string>} handle */
export function serve(handle) {
  return {
    async fetch(request, { ELA }) {
      const host = {
        call: (capability, method, args) =>
          callRuntime(ELA, capability, method, JSON.parse(args)).then(
            (value) => `+${value}`,
            (error) => `-${error?.message ?? error}`,
          ),
      }
      const message = headOf(request) + (await request.text())
      return responseOf(new TextEncoder().encode(await handle(host, message)))
    },
  }
}
