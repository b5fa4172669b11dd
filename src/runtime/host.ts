/** Runs a DApp: serves a web DApp, keeps a service running, and follows edits. */
import type { Dapp, DappOptions } from './dapp-options.ts'
import type { OnRuntimeEvent } from './events.ts'

/**
 * Starts the DApp. A DApp that does not work yet (a service that crashes or does not compile) is
 * no failure: it is told by events, and the next edit tries again.
 *
 * Throws `runtime/portBusy` under `strictPorts`, `runtime/portForbidden`, `runtime/levelTooLow`.
 */
export async function startDapp(options: DappOptions, onEvent: OnRuntimeEvent): Promise<Dapp> {
  onEvent({ event: 'dapp-starting', name: options.name, kind: options.kind })
  if (options.kind === 'web') {
    const { startWebDapp } = await import('./web/web-dapp.ts')
    return startWebDapp(options, onEvent)
  }
  const { startDevService } = await import('./dev-service.ts')
  return startDevService(options, onEvent)
}
