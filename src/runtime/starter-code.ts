/**
 * What a process runs that waits to become the DApp: starting Node takes longer than everything
 * else between an edit and the answer, so it is done before the edit comes.
 *
 * File descriptor 3 is a socket to us. It brings one line, the URL of the module to run; `loaded`
 * goes back when the module has been evaluated. When it closes, we are gone, and so must be the
 * DApp with all it started. The socket is not referenced: a DApp that has nothing left to do ends.
 *
 * Node's own network modules are loaded while there is time, `fetch` included, which takes Node 40 ms
 * the first time: nearly every service needs them.
 */
export const STARTER_CODE = `'use strict'
const { Socket } = require('node:net')
const { fileURLToPath } = require('node:url')
require('node:http')
fetch('data:,').catch(() => {})
const parent = new Socket({ fd: 3 })
let line = ''
parent.setEncoding('utf8')
parent.on('data', (part) => {
  if (line.endsWith('\\n')) return
  line += part
  if (!line.endsWith('\\n')) return
  const module = line.trim()
  process.argv[1] = fileURLToPath(module)
  parent.unref()
  import(module).then(() => parent.write('loaded\\n'))
})
parent.on('error', () => {})
parent.on('close', () => {
  try {
    process.kill(-process.pid, 'SIGKILL')
  } finally {
    process.kill(process.pid, 'SIGKILL')
  }
})
`
