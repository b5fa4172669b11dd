/** The filter, run by an interpreter of its instructions for calls that the engine could make. */
import { existsSync, readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { GATEWAY_ADDRESS_LENGTH } from '../../../src/runtime/jail/bubblewrap.ts'
import { type Processor, seccompFilter } from '../../../src/runtime/jail/seccomp.ts'
import { type Syscall, syscalls } from '../../../src/runtime/jail/syscalls.ts'

const test = suite('runtime/jail: seccomp')

const ALLOW = 0x7fff0000
const KILL = 0x80000000
const errno = (code: number) => 0x00050000 | code
const EPERM = errno(1)
const ENOSYS = errno(38)
const EAFNOSUPPORT = errno(97)
const architectures = { x64: 0xc000003e, arm64: 0xc00000b7 } as const
const processors: readonly Processor[] = ['x64', 'arm64']

interface Call {
  readonly nr: number
  readonly arch?: number
  readonly args?: readonly number[]
}

/** Runs the program as the kernel would: loads, jumps and one return. */
function run(program: Buffer, processor: Processor, { nr, arch, args = [] }: Call): number {
  const data = Buffer.alloc(64)
  data.writeUInt32LE(nr >>> 0, 0)
  data.writeUInt32LE(arch ?? architectures[processor], 4)
  for (const [index, value] of args.entries()) data.writeBigUInt64LE(BigInt(value), 16 + 8 * index)
  let accumulator = 0
  for (let at = 0; ; ) {
    assert.ok(8 * at < program.length, 'the program runs off its end')
    const [code, k] = [program.readUInt16LE(8 * at), program.readUInt32LE(8 * at + 4)]
    const [yes, no] = [program.readUInt8(8 * at + 2), program.readUInt8(8 * at + 3)]
    at += 1
    if (code === 0x06) return k
    if (code === 0x20) accumulator = data.readUInt32LE(k)
    else if (code === 0x15) at += accumulator === k ? yes : no
    else if (code === 0x35) at += accumulator >= k ? yes : no
    else if (code === 0x45) at += (accumulator & k) !== 0 ? yes : no
    else assert.unreachable(`instruction ${code}`)
  }
}

for (const processor of processors) {
  const program = seccompFilter({ processor, connectLength: GATEWAY_ADDRESS_LENGTH })
  const number = (name: Syscall) => syscalls[name][processor === 'x64' ? 0 : 1]
  const verdict = (name: Syscall, ...args: readonly number[]) => {
    const nr = number(name)
    assert.ok(nr !== undefined, name)
    return run(program, processor, { nr, args })
  }

  test(`${processor}: calls of another architecture end the process`, () => {
    for (const arch of [0x40000003, 0x40000028, architectures[processor] - 1, 0]) {
      assert.is(run(program, processor, { nr: 0, arch }), KILL)
    }
    if (processor === 'x64') assert.is(run(program, processor, { nr: 0x40000027 }), KILL)
  })

  test(`${processor}: what is not listed is refused, whatever its number`, () => {
    const listed = new Set(
      Object.values(syscalls).map(([x64, arm64]) => (processor === 'x64' ? x64 : arm64)),
    )
    for (let nr = 0; nr < 600; nr += 1) {
      const got = run(program, processor, { nr })
      if (!listed.has(nr as never)) assert.is(got, nr < 424 ? EPERM : ENOSYS, `call ${nr}`)
    }
  })

  test(`${processor}: threads yes, processes and namespaces no`, () => {
    const thread = 0x3d0f00
    assert.is(verdict('clone', thread), ALLOW)
    for (const flags of [0, 17, 0x4111, thread & ~0x10000])
      assert.is(verdict('clone', flags), EPERM)
    for (const flag of [0x80, 0x20000, 0x2000000, 0x4000000, 0x10000000, 0x40000000]) {
      assert.is(verdict('clone', thread | flag), EPERM)
    }
    assert.is(verdict('clone3'), ENOSYS)
  })

  test(`${processor}: only Unix sockets, only to an address as long as the gateway's`, () => {
    assert.is(verdict('socket', 1, 1), ALLOW)
    assert.is(verdict('socketpair', 1, 1), ALLOW)
    for (const family of [0, 2, 10, 16, 17, 38, 40, 44]) {
      assert.is(verdict('socket', family, 1), EAFNOSUPPORT)
      assert.is(verdict('socketpair', family, 1), EAFNOSUPPORT)
    }
    // An IPv4 address has 16 bytes, an IPv6 address at least 24; 2 would only disconnect.
    for (let length = 0; length < 130; length += 1) {
      const expected = length === GATEWAY_ADDRESS_LENGTH ? ALLOW : EPERM
      assert.is(verdict('connect', 5, 0, length), expected, `${length} bytes`)
    }
    assert.ok(GATEWAY_ADDRESS_LENGTH < 16)
    assert.is(verdict('sendto', 5, 0, 1, 0x4000), ALLOW)
    assert.is(verdict('sendto', 5, 0, 1, 0x20004000), EPERM)
    assert.is(verdict('sendmsg', 5, 0, 0x4000), ALLOW)
    assert.is(verdict('sendmsg', 5, 0, 0x20000000), EPERM)
  })

  test(`${processor}: options, controls and process settings only as listed`, () => {
    assert.is(verdict('setsockopt', 5, 6, 1), ALLOW)
    for (const [level, option] of [
      [1, 26],
      [6, 30],
      [6, 31],
      [0, 1],
    ] as const) {
      assert.is(verdict('setsockopt', 5, level, option), EPERM)
    }
    for (const flags of [0x02, 0x22, 0x01, 0x4022])
      assert.is(verdict('mmap', 0, 1, 3, flags), ALLOW)
    for (const flags of [0x21, 0x23, 0x4021]) assert.is(verdict('mmap', 0, 1, 3, flags), EPERM)
    assert.is(verdict('ioctl', 5, 0x5421), ALLOW)
    assert.is(verdict('ioctl', 0, 0x5412), EPERM)
    assert.is(verdict('prctl', 15), ALLOW)
    for (const option of [1, 4, 22, 38, 0x59616d61]) assert.is(verdict('prctl', option), EPERM)
  })

  test(`${processor}: what the engine needs is let through`, () => {
    const needed: readonly Syscall[] = ['read', 'write', 'mmap', 'mprotect', 'futex', 'accept4']
    for (const name of [...needed, 'epoll_pwait', 'execve', 'exit_group', 'openat'] as const) {
      assert.is(verdict(name), ALLOW, name)
    }
  })
}

/** Numbers in a kernel header: `#define __NR_read 0`. */
function header(file: string): ReadonlyMap<string, number> {
  const found = readFileSync(file, 'utf8').matchAll(/^#define __NR(?:3264)?_(\w+)\s+(\d+)$/gm)
  return new Map([...found].map(([, name = '', nr]) => [name, Number(nr)]))
}

for (const [index, file] of [
  '/usr/include/x86_64-linux-gnu/asm/unistd_64.h',
  '/usr/include/asm-generic/unistd.h',
].entries()) {
  const only = existsSync(file) ? test : test.skip
  only(`the numbers are those of ${file}`, () => {
    const known = header(file)
    for (const [name, numbers] of Object.entries(syscalls)) {
      // The generic header gives both widths one number under the name that 32 bits have.
      const alias = index === 1 && name === 'newfstatat' ? 'fstatat' : name
      assert.is(known.get(alias), numbers[index], name)
    }
  })
}

test.run()
