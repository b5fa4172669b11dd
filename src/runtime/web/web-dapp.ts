/** A web DApp: a public folder, served, whose pages follow its files. */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { messageOf } from '../../base/errors.ts'
import { closeServer, portOf } from '../../base/loopback-server.ts'
import type { Dapp, DappOptions } from '../dapp-options.ts'
import { sinceEdit } from '../edit-time.ts'
import type { OnRuntimeEvent } from '../events.ts'
import { sayMovedPort } from '../port.ts'
import { watchFiles } from '../watch.ts'
import { LivePages } from './live-reload.ts'
import { labelOf } from './origin.ts'
import { startWebServer } from './web-server.ts'

export async function startWebDapp(options: DappOptions, onEvent: OnRuntimeEvent): Promise<Dapp> {
  const began = performance.now()
  const pages = new LivePages()
  const { name, entry, networks } = options
  const policy = { connect: options.connect, wasm: hasWasm(entry) }
  const site = { name, label: labelOf(name, undefined), root: entry, policy, networks, live: pages }
  const server = await startWebServer(site, options)
  const url = `http://127.0.0.1:${portOf(server)}/`
  sayMovedPort(options, portOf(server), onEvent)
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
    stop: async () => {
      await (await watching).close()
      await closeServer(server)
    },
  }
}

/** Files whose code a page can only run when its policy lets it. */
function hasWasm(root: string): boolean {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
  return names.some((name) => name.endsWith('.wasm'))
}
