import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { defineErrors, ElaError } from '../../src/base/errors.ts'

const test = suite('errors')

const RoomError = defineErrors('room', {
  broken: (what: string) => ({ message: `${what} is broken.`, hint: 'Mend it.', exit: 'refused' }),
})

test('carries code, words and exit code', () => {
  const error = RoomError.broken('door')
  assert.instance(error, ElaError)
  assert.is(error.code, 'room/broken')
  assert.is(error.message, 'door is broken.')
  assert.is(error.hint, 'Mend it.')
  assert.is(error.exit, 'refused')
})

test('begins its stack where the failure was met', () => {
  const frame = RoomError.broken('door').stack?.split('\n')[1] ?? ''
  assert.match(frame, 'errors.test.ts')
})

test.run()
