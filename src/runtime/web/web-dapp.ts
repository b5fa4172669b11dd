/** A web DApp: a public folder, served, whose pages follow its files. */
import { readdirSync } from 'node:fs'
import type { Server } from 'node:http'
import path from 'node:path'
import { messageOf } from '../../base/errors.ts'
import { closeServer, portOf } from '../../base/loopback-server.ts'
import type { Dapp, DappOptions } from '../dapp-options.ts'
import { sinceEdit } from '../edit-time.ts'
import type { OnRuntimeEvent } from '../events.ts'
import { sayMovedPort } from '../port.ts'
import { watchFiles } from '../watch.ts'
import { DevGateway } from './dev-gateway.ts'
import { LivePages } from './live-reload.ts'
import { labelOf } from './origin.ts'
import { type Site, startWebServer } from './web-server.ts'

/** Throws `runtime/portBusy`, `runtime/portForbidden` and `bundle/badCapability`. */
export async function startWebDapp(options: DappOptions, onEvent: OnRuntimeEvent): Promise<Dapp> {
  const began = performance.now()
  const pages = new LivePages()
  const gateway = new DevGateway(options.runtime, onEvent)
  let server: Server
  try {
    await gateway.open(options.runtime.manifest)
    server = await startWebServer(siteOf(options, gateway, pages), options)
  } catch (error) {
    await gateway.close()
    throw error
  }
  const url = `http://127.0.0.1:${portOf(server)}/`
  sayMovedPort(options, portOf(server), onEvent)
  tellAdmitted(options, onEvent)
  const ready = (tookMs: number) =>
    onEvent({
      event: 'dapp-ready',
      name: options.name,
      url,
      pid: undefined,
      level: 'page',
      tookMs: Math.round(tookMs),
    })
  ready(performance.now() - began)
  const watching = watchFiles({
    paths: [options.entry, ...options.watch],
    ignore: options.ignore,
    onChange: (files) => {
      onEvent({
        event: 'dapp-changed',
        files: files.map((file) => path.relative(options.folder, file)),
      })
      pages.tell(files)
      ready(sinceEdit(files))
    },
    onError: (error) =>
      onEvent({ event: 'notice', message: `Watching the files failed: ${messageOf(error)}.` }),
  })
  return {
    url,
    restart: async () => {
      pages.tell(['*'])
      ready(0)
    },
    change: async (manifest) => {
      await gateway.open(manifest)
      pages.tell(['*'])
    },
    answer: (id, answer) => gateway.answer(id, answer),
    stop: async () => {
      await (await watching).close()
      await closeServer(server)
      await gateway.close()
    },
  }
}

function siteOf(options: DappOptions, gateway: DevGateway, live: LivePages): Site {
  const { name, entry: root, networks } = options
  const policy = { connect: options.connect, wasm: hasWasm(root) }
  return {
    ...{ name, label: labelOf(name, undefined), root, policy, networks, live },
    gateway: () => gateway.address,
  }
}

function tellAdmitted({ runtime }: DappOptions, onEvent: OnRuntimeEvent): void {
  const { name, version, app, publisher } = runtime.manifest
  const who = { instance: 'page', name, version, app, publisher, bundleId: undefined }
  onEvent({ event: 'dapp-admitted', ...who, signature: 'unsigned', signers: [], warnings: [] })
}

/** Files whose code a page can only run when its policy lets it. */
function hasWasm(root: string): boolean {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
  return names.some((name) => name.endsWith('.wasm'))
}
