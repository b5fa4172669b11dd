#!/usr/bin/env node
// Written so that Node 10 can still parse it and be told which version is needed.
var wanted = [20, 19]
var have = process.versions.node.split('.').map(Number)
if (have[0] < wanted[0] || (have[0] === wanted[0] && have[1] < wanted[1])) {
  process.stderr.write(
    'error: ela needs Node.js ' +
      wanted.join('.') +
      ' or newer, this is ' +
      process.version +
      '.\n' +
      'hint: Install a newer Node.js and run the command again.\n',
  )
  process.exitCode = 4
} else {
  import('../dist/main.js').catch((error) => {
    var missing =
      error && error.code === 'ERR_MODULE_NOT_FOUND' && /dist.main\.js/.test(error.message)
    process.stderr.write(
      missing
        ? 'error: ela is not built yet.\nhint: Run `npm run build` in its folder.\n'
        : String(error && error.stack) + '\n',
    )
    process.exitCode = missing ? 4 : 70
  })
}
