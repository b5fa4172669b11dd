/**
 * The filter for system calls of the engine, as the kernel takes it: classic BPF over
 * `struct seccomp_data`.
 *
 *     instruction   code u16   jt u8   jf u8   k u32                      (little-endian)
 *     data          nr u32 @0   arch u32 @4   ip u64 @8   args 6 × u64 @16
 *
 * What it lets pass is what the engine needs to serve on two sockets it was born with and to call its
 * gateway. It makes no process, opens no network, and nothing on disk can be changed by calls that
 * are not in it. Arguments are looked at where a call can do more than that:
 *
 * - `connect` only with an address of exactly the gateway's length. A filter cannot read an address,
 *   but no Internet address is as short; without this a listening socket, which belongs to the host's
 *   network, could be shut down and then connected to anything that the host can reach.
 * - `sendto` and `sendmsg` without fast open, which is `connect` by another door. `bind` and `listen`
 *   are missing for the same reason.
 * - `mmap` not of memory that is shared and has no file: the limit of data does not count it.
 *
 * @see linux include/uapi/linux/seccomp.h, include/uapi/linux/audit.h, include/uapi/linux/bpf_common.h
 */
import { type Syscall, syscalls } from './syscalls.ts'

export type Processor = 'x64' | 'arm64'

export interface FilterOptions {
  readonly processor: Processor
  /** Bytes of the gateway's address: 2 for the family, its path, and a closing NUL. */
  readonly connectLength: number
}

/** An instruction; `yes` and `no` are where a jump goes, the next instruction when left out. */
interface Step {
  /** Names this place. */
  readonly mark?: string
  readonly code: number
  readonly k: number
  readonly yes?: string
  readonly no?: string
}

const LOAD = 0x20 // BPF_LD | BPF_W | BPF_ABS
const EQUAL = 0x15 // BPF_JMP | BPF_JEQ | BPF_K
const AT_LEAST = 0x35 // BPF_JMP | BPF_JGE | BPF_K
const HAS_BIT = 0x45 // BPF_JMP | BPF_JSET | BPF_K
const RETURN = 0x06 // BPF_RET | BPF_K

const ERRNO = 0x00050000
const endings = {
  allow: 0x7fff0000,
  EPERM: ERRNO | 1,
  ENOSYS: ERRNO | 38,
  EAFNOSUPPORT: ERRNO | 97,
  kill: 0x80000000,
} as const
type Ending = keyof typeof endings

const NR = 0
const ARCH = 4
const FIRST_ARGUMENT = 16

/** AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64. */
const architectures: Readonly<Record<Processor, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 }
/** Set in the numbers of x32, a second table under the same architecture. */
const X32_BIT = 0x40000000
/** From here on a call has one number everywhere. libc has another way where it is not there. */
const FIRST_UNIFIED = 424

const AF_UNIX = 1
const CLONE_THREAD = 0x00010000
/** NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET, NEWTIME. */
const CLONE_NAMESPACES = 0x7e020080
const MAP_SHARED = 0x01
const MAP_ANONYMOUS = 0x20
const MSG_FASTOPEN = 0x20000000
const SOL_TCP = 6
const TCP_NODELAY = 1
/** FIONBIO, FIONREAD, FIOCLEX, FIONCLEX, TCGETS. */
const ioctls = [0x5421, 0x541b, 0x5451, 0x5450, 0x5401]
/** PR_SET_NAME, PR_GET_NAME, PR_SET_VMA. */
const prctls = [15, 16, 0x53564d41]

/** The filter's bytes, for `bwrap --seccomp`. */
export function seccompFilter({ processor, connectLength }: FilterOptions): Buffer {
  const looks = looksAtArguments(connectLength)
  const checks = (Object.keys(syscalls) as Syscall[]).flatMap((name): Step[] => {
    const k = syscalls[name][processor === 'x64' ? 0 : 1]
    return k === undefined ? [] : [{ code: EQUAL, k, yes: name in looks ? name : 'allow' }]
  })
  return assemble([
    { code: LOAD, k: ARCH },
    { code: EQUAL, k: architectures[processor], no: 'kill' },
    { code: LOAD, k: NR },
    ...(processor === 'x64' ? [{ code: AT_LEAST, k: X32_BIT, yes: 'kill' }] : []),
    ...checks,
    { code: AT_LEAST, k: FIRST_UNIFIED, yes: 'ENOSYS', no: 'EPERM' },
    ...Object.entries(looks).flatMap(([mark, [first, ...rest]]) => [{ ...first, mark }, ...rest]),
    ...Object.entries(endings).map(([mark, k]) => ({ mark, code: RETURN, k })),
  ])
}

type Look = readonly [Step, ...Step[]]

/**
 * For calls that depend on an argument. Only the low halves are looked at: these arguments are `int`,
 * and of the flags of `clone` the kernel takes the low half.
 */
function looksAtArguments(connectLength: number): Partial<Record<Syscall, Look>> {
  const oneOf = (argument: number, values: readonly number[], otherwise: Ending): Look => [
    load(argument),
    ...values.map((k) => ({ code: EQUAL, k, yes: 'allow' })),
    { code: RETURN, k: endings[otherwise] },
  ]
  const without = (argument: number, bits: number): Look => [
    load(argument),
    { code: HAS_BIT, k: bits, yes: 'EPERM', no: 'allow' },
  ]
  return {
    // libc falls back to `clone`, whose flags can be looked at; those of `clone3` are in memory.
    clone3: [{ code: RETURN, k: endings.ENOSYS }],
    clone: [
      load(0),
      { code: HAS_BIT, k: CLONE_THREAD, no: 'EPERM' },
      { code: HAS_BIT, k: CLONE_NAMESPACES, yes: 'EPERM', no: 'allow' },
    ],
    socket: oneOf(0, [AF_UNIX], 'EAFNOSUPPORT'),
    socketpair: oneOf(0, [AF_UNIX], 'EAFNOSUPPORT'),
    connect: oneOf(2, [connectLength], 'EPERM'),
    sendto: without(3, MSG_FASTOPEN),
    sendmsg: without(2, MSG_FASTOPEN),
    setsockopt: [
      load(1),
      { code: EQUAL, k: SOL_TCP, no: 'EPERM' },
      load(2),
      { code: EQUAL, k: TCP_NODELAY, yes: 'allow', no: 'EPERM' },
    ],
    mmap: [
      load(3),
      { code: HAS_BIT, k: MAP_ANONYMOUS, no: 'allow' },
      { code: HAS_BIT, k: MAP_SHARED, yes: 'EPERM', no: 'allow' },
    ],
    ioctl: oneOf(1, ioctls, 'EPERM'),
    prctl: oneOf(0, prctls, 'EPERM'),
  }
}

function load(argument: number): Step {
  return { code: LOAD, k: FIRST_ARGUMENT + 8 * argument }
}

/** Resolves marks to distances; all of them lie ahead, and none further than a byte can say. */
function assemble(steps: readonly Step[]): Buffer {
  const places = new Map(steps.map(({ mark }, at) => [mark, at]))
  const bytes = Buffer.alloc(8 * steps.length)
  for (const [at, { code, k, yes, no }] of steps.entries()) {
    const distance = (mark: string | undefined) =>
      mark === undefined ? 0 : (places.get(mark) ?? -1) - at - 1
    bytes.writeUInt16LE(code, 8 * at)
    bytes.writeUInt8(distance(yes), 8 * at + 2)
    bytes.writeUInt8(distance(no), 8 * at + 3)
    bytes.writeUInt32LE(k >>> 0, 8 * at + 4)
  }
  return bytes
}
