/** The UDP socket of a node: sealed packets outside, messages inside, and no patience with abuse. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { toHex } from '../../base/bytes-text.ts'
import { ElaError, systemCodeOf } from '../../base/errors.ts'
import { decodeMessage, encodeMessage, type Message } from '../../protocol/carrier/message.ts'
import { addressOf, type NodeInfo } from '../../protocol/carrier/node-info.ts'
import type { NodeKeys } from '../../protocol/carrier/packet.ts'
import {
  LARGEST_PACKET_BYTES,
  PacketBox,
  SMALLEST_PACKET_BYTES,
} from '../../protocol/carrier/packet.ts'
import { Blacklist } from './blacklist.ts'
import { CarrierNodeError } from './errors.ts'
import { Throttle } from './throttle.ts'

export interface WireOptions {
  readonly keys: NodeKeys
  /** IPv4 address to bind. */
  readonly host: string
  /** 0 for any free one. */
  readonly port: number
  /** Whether an IP address is held to so many packets a second, and banned when it misbehaves. */
  readonly isLimited: (host: string) => boolean
  readonly now: () => number
  readonly onMessage: (message: Message, from: NodeInfo) => void
}

/** Datagrams since the start. Dropped ones get no answer; only these numbers tell of them. */
export interface Traffic {
  readonly received: number
  readonly sent: number
  readonly unreadable: number
  readonly throttled: number
  readonly banned: number
}

export class Wire {
  readonly #options: WireOptions
  readonly #box: PacketBox
  readonly #socket: Socket
  readonly #ownId: string
  readonly #blacklist: Blacklist
  readonly #inbound: Throttle
  readonly #outbound: Throttle
  readonly #traffic = { received: 0, sent: 0, unreadable: 0, throttled: 0, banned: 0 }
  #isClosed = false

  private constructor(options: WireOptions, box: PacketBox) {
    this.#options = options
    this.#box = box
    this.#socket = createSocket('udp4')
    this.#ownId = toHex(options.keys.id)
    this.#blacklist = new Blacklist(options.now)
    this.#inbound = new Throttle(options.now)
    this.#outbound = new Throttle(options.now)
  }

  /** Throws `carrier/portInUse` and `carrier/cannotListen`. */
  static async open(options: WireOptions): Promise<Wire> {
    const wire = new Wire(options, await PacketBox.of(options.keys))
    await wire.#bind()
    return wire
  }

  get port(): number {
    return this.#socket.address().port
  }

  get traffic(): Traffic {
    return { ...this.#traffic }
  }

  /** How long a packet to `host` should wait so as not to be throttled there. */
  delayMs(host: string): number {
    return this.#options.isLimited(host) ? this.#outbound.delayMs(host) : 0
  }

  /** Whether the message is on its way; not when the receiver's id is no usable key. */
  send(to: NodeInfo, message: Message): boolean {
    if (this.#isClosed) return false
    let packet: Uint8Array
    try {
      packet = this.#box.seal(to.id, encodeMessage(message))
    } catch (error) {
      if (error instanceof ElaError) return false
      throw error
    }
    if (message.type === 'request') this.#inbound.clear(to.host)
    // Errors of single datagrams (no route, full buffer) are losses, as UDP has them anyway.
    this.#socket.send(packet, to.port, to.host, (error) => {
      if (error === null) this.#traffic.sent += 1
    })
    return true
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()))
  }

  async #bind(): Promise<void> {
    const { host, port } = this.#options
    const socket = this.#socket
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject)
        socket.bind({ address: host, port, exclusive: true }, () => {
          socket.off('error', reject)
          resolve()
        })
      })
    } catch (error) {
      socket.close()
      if (systemCodeOf(error) === 'EADDRINUSE') throw CarrierNodeError.portInUse('UDP', host, port)
      throw CarrierNodeError.cannotListen(addressOf({ host, port }), error)
    }
    // What comes later concerns single datagrams; the socket stays usable.
    socket.on('error', () => undefined)
    socket.on('message', (packet, sender) => this.#receive(packet, sender))
  }

  #receive(packet: Uint8Array, { address: host, port }: RemoteInfo): void {
    this.#traffic.received += 1
    if (!this.#options.isLimited(host)) {
      this.#read(packet, { host, port })
    } else if (this.#blacklist.isBanned(addressOf({ host, port }))) {
      this.#traffic.banned += 1
    } else if (this.#inbound.isTooMany(host)) {
      this.#traffic.throttled += 1
    } else {
      this.#read(packet, { host, port })
    }
  }

  #read(packet: Uint8Array, sender: Pick<NodeInfo, 'host' | 'port'>): void {
    const { length } = packet
    if (sender.port === 0 || length < SMALLEST_PACKET_BYTES || length > LARGEST_PACKET_BYTES) {
      this.#traffic.unreadable += 1
      return
    }
    let from: NodeInfo
    let message: Message
    try {
      const opened = this.#box.open(packet)
      message = decodeMessage(opened.message)
      from = { id: opened.from, ...sender }
    } catch (error) {
      if (!(error instanceof ElaError)) throw error
      this.#traffic.unreadable += 1
      if (this.#options.isLimited(sender.host)) this.#blacklist.observeInvalid(addressOf(sender))
      return
    }
    if (toHex(from.id) === this.#ownId) return
    if (this.#isBanned(from)) this.#traffic.banned += 1
    else this.#options.onMessage(message, from)
  }

  /** Takes note of who writes from where, and whether that was once too often something new. */
  #isBanned(from: NodeInfo): boolean {
    if (!this.#options.isLimited(from.host)) return false
    const names = [addressOf(from), toHex(from.id)] as const
    this.#blacklist.observe(...names)
    return names.some((name) => this.#blacklist.isBanned(name))
  }
}
