/** A signed DApp that is opened as `ela run` opens it, by an EID that answers from memory. */
import { mkdirSync } from 'node:fs'
import { openArchive } from '../../src/bundle/byte-source.ts'
import { newDocument } from '../../src/identity/did-document.ts'
import { gateMemoryIn } from '../../src/runtime/gate/memory.ts'
import type { OpenWish } from '../../src/runtime/open-dapp.ts'
import { packFiles, privateKey, vectorManifest } from '../support/bundle.ts'
import { fakeEid } from '../support/fake-eid.ts'
import { temporaryFolder } from '../support/folder.ts'
import { level } from '../support/instance.ts'

export interface SignedDapp extends AsyncDisposable {
  readonly wish: OpenWish
  /** Full path of a folder that does not exist, another each time. */
  freshFolder(): string
}

export async function signedDapp(source: string): Promise<SignedDapp> {
  const folder = temporaryFolder()
  const document = newDocument({ privateKey, time: Math.floor(Date.now() / 1000) })
  const eid = await fakeEid({ document })
  const entry = { main: 'service.js', runtime: 'ela1' }
  const manifest = { ...vectorManifest, kind: 'service', entry } as const
  const { file } = await packFiles(folder, { 'service.js': source }, { manifest })
  const stateFolder = folder.join('state')
  mkdirSync(stateFolder, { mode: 0o700 })
  let fresh = 0
  return {
    wish: {
      bundled: () => openArchive(file),
      proofs: {
        ...{ eid: [{ url: eid.url, isDevnet: false }], releases: undefined, now: Date.now },
        memory: gateMemoryIn(stateFolder),
      },
      world: { chains: {}, stateFolder, now: Date.now, resolveHost: async () => [] },
      ...{ runRoot: folder.join('run'), level, grants: { given: ['all'], ask: undefined } },
      ...{ port: 0, lookMs: 15_000, audit: () => undefined, onEvent: () => undefined },
    },
    freshFolder: () => {
      fresh += 1
      return folder.join(`staged-${fresh}`)
    },
    [Symbol.asyncDispose]: async () => {
      await eid[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}
