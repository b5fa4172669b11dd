/** Every template in TypeScript and JavaScript; those of other languages have a run of their own. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { passesItsOwnTests, runs, templatesThat } from '../support/template-tests.ts'

const test = suite('templates')

for (const template of await templatesThat('scripts')) {
  test(`${template.name}: its own tests pass, and fail when its code is broken`, () =>
    passesItsOwnTests(template))

  test(`${template.name}: runs`, async () => {
    const text = await runs(template)
    if (template.name === 'web') assert.match(text, '<title>song-shop</title>')
    else assert.equal(JSON.parse(text), {})
  })
}

test.run()
