/**
 * The commands of Kubo's RPC that Elastos clients use: `POST /api/v0/COMMAND?arg=…`.
 *
 * @see https://docs.ipfs.tech/reference/kubo/rpc
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { version } from '../../base/version.ts'
import { cidText, parseCid } from '../../protocol/ipfs/cid.ts'
import { addForm } from './api-add.ts'
import { ContentError } from './errors.ts'
import type { LocalStore } from './local-store.ts'
import { type Content, contentAt, contentOf, fileContent } from './read.ts'

interface Call {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly query: URLSearchParams
  readonly store: LocalStore
}

type Command = (call: Call) => Promise<void>

export const API = '/api/v0/'

const commands: Readonly<Record<string, Command>> = {
  id: async ({ response, store }) => {
    const ID = cidText({ version: 0, codec: 'dag-pb', digest: store.identity })
    answer(response, { ID, PublicKey: '', Addresses: [], AgentVersion: agent, Protocols: [] })
  },
  version: async ({ response }) => {
    answer(response, { Version: version, Commit: '', Repo: '0', System: process.platform })
  },
  add: async ({ request, response, query, store }) => {
    const lines = await addForm(request, query, store)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  },
  cat: async ({ response, query, store }) => {
    const content = await contentOf(store, argument(query))
    if (content.kind !== 'file') throw ContentError.notAFile(argument(query))
    response.writeHead(200, { 'content-type': 'text/plain', 'x-stream-output': '1' })
    await pipeline(Readable.from(fileContent(store, content)), response)
  },
  ls: async ({ response, query, store }) => {
    const content = await contentOf(store, argument(query))
    const links = content.kind === 'directory' ? await entriesOf(store, content) : []
    answer(response, { Objects: [{ Hash: argument(query), Links: links }] })
  },
  'pin/add': async ({ response, query, store }) => {
    const { cid } = await contentOf(store, argument(query))
    await store.pin(cid)
    answer(response, { Pins: [cidText(cid)] })
  },
  'pin/rm': async ({ response, query, store }) => {
    const { cid } = await contentOf(store, argument(query))
    await store.unpin(cid)
    answer(response, { Pins: [cidText(cid)] })
  },
  'pin/ls': async ({ response, query, store }) => {
    const wanted = query.get('arg')?.replace(/^\/ipfs\//, '')
    const pins = store.pins().filter((pin) => wanted === undefined || pin === wanted)
    if (wanted !== undefined && pins.length === 0) throw ContentError.notPinned(wanted)
    answer(response, { Keys: Object.fromEntries(pins.map((pin) => [pin, { Type: 'recursive' }])) })
  },
  'block/get': async ({ response, query, store }) => {
    const block = await store.block(parseCid(argument(query).replace(/^\/ipfs\//, '')))
    response.writeHead(200, { 'content-type': 'text/plain', 'x-stream-output': '1' })
    response.end(block)
  },
}

const agent = `ela/${version}`

/** Answers one call. Throws what the command throws; nothing was answered then. */
export async function answerApi(call: Call, path: string): Promise<void> {
  const name = path.slice(API.length).replace(/\/$/, '')
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) {
    call.response.writeHead(404, { 'content-type': 'text/plain' })
    call.response.end(`There is no command ${name.slice(0, 60)} here.\n`)
    return
  }
  if (call.request.method !== 'POST') {
    call.response.writeHead(405, { 'content-type': 'text/plain', allow: 'POST' })
    call.response.end('Commands are sent by POST.\n')
    return
  }
  await command(call)
}

function answer(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(value)}\n`)
}

function argument(query: URLSearchParams): string {
  const value = query.get('arg')
  if (value === null || value === '') throw ContentError.badRequest('`arg` is missing')
  return value
}

const DIRECTORY = 1
const FILE = 2

async function entriesOf(store: LocalStore, { links }: Content): Promise<readonly unknown[]> {
  const entries: unknown[] = []
  for (const { cid, name, size } of links) {
    // A raw block is the file: what it links to need not be looked at.
    const { kind, fileSize } =
      cid.codec === 'raw' ? { kind: 'file', fileSize: size } : await contentAt(store, cid)
    const Type = kind === 'file' ? FILE : DIRECTORY
    const Size = kind === 'file' ? fileSize : 0
    entries.push({ Name: name, Hash: cidText(cid), Size, Type, Target: '' })
  }
  return entries
}
