/** Publishing killed at every request it makes, and run again. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { killAndGoOn, requestsOf, worldOf } from '../support/killed-publishing.ts'
import { type ReleaseProject, releaseProject } from '../support/release-project.ts'

const test = suite<{ here: ReleaseProject }>('publishing killed everywhere')

test.before(async (context) => {
  context.here = await releaseProject()
})
test.after(async ({ here }) => {
  await here[Symbol.asyncDispose]()
})

/** Requests that change something: what was killed before they arrive differs from after. */
const CHANGING = new Set(['eth_sendRawTransaction', 'api/v0/add'])

test('goes on after kill -9 at any request', async ({ here }) => {
  const world = worldOf(here)
  const names = await requestsOf(world, 'whole')
  assert.is(names.filter((name) => CHANGING.has(name)).length, 3)
  for (const [index, name] of names.entries()) {
    const at = index + 1
    await killAndGoOn(world, `before-${at}`, { at, when: 'before' })
    if (CHANGING.has(name)) await killAndGoOn(world, `after-${at}`, { at, when: 'after' })
  }
})

test.run()
