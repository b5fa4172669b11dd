/**
 * Templates of languages that a compiler builds first. Minutes, because the compilers are what they
 * are: C++ by clang as WebAssembly, Java by Maven and TeaVM.
 */
import { spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { portOf } from '../../src/base/loopback-server.ts'
import { until } from '../support/fails.ts'
import { passesItsOwnTests, running, runs, templatesThat } from '../support/template-tests.ts'
import { projectFrom, runProgram } from '../support/templates.ts'

const test = suite('languages')

const tools: Readonly<Record<string, readonly [string, string]>> = { java: ['mvn', '-version'] }

/** The service of each template, gone bad: the path names what it tries. */
const hostile: Readonly<Record<string, (port: number) => Readonly<Record<string, string>>>> = {
  cpp: (port) => ({
    'src/main.cpp': `
      #include <cstdio>
      #include <cstdlib>
      #include <string>
      #include "ela.hpp"
      void handle(ela::Request request, ela::Reply reply) {
        const auto path = request.path();
        if (path == "/file") return reply({200, std::fopen("/etc/passwd", "r") ? "REACHED" : "refused"});
        if (path == "/home") return reply({200, std::getenv("HOME") ? "REACHED" : "refused"});
        if (path == "/twice") { reply({200, "one"}); return reply({200, "two"}); }
        if (path == "/loop") for (volatile int at = 0;; at = at + 1) {}
        if (path == "/call") return ela::call("net", "fetch", {ela::json("http://127.0.0.1:${port}/")},
          [reply](const ela::Outcome& got) { reply({200, got.ok ? "REACHED" : "refused"}); });
        reply({200, "up"});
      }`,
  }),
  java: (port) => ({
    'src/main/java/dapp/Service.java': `
      package dapp;
      final class Service {
        private final Ela ela;
        Service(Ela ela) { this.ela = ela; }
        Answer answer(Request request) {
          switch (request.path()) {
            case "/file": return Answer.text(200, new java.io.File("/etc/passwd").exists() ? "REACHED" : "refused");
            case "/home": return Answer.text(200, System.getenv("HOME") != null ? "REACHED" : "refused");
            case "/loop": for (long[] sum = {0}; sum[0] >= 0; sum[0]++) {}
            case "/call":
              try {
                ela.call("net", "fetch", Json.text("http://127.0.0.1:${port}/"));
                return Answer.text(200, "REACHED");
              } catch (RuntimeException refused) {
                return Answer.text(200, "refused");
              }
            default: return Answer.text(200, "up");
          }
        }
      }`,
  }),
}

for (const template of await templatesThat('compiled')) {
  const { name } = template
  const [tool = 'node', flag = '--version'] = tools[name] ?? []
  if (spawnSync(tool, [flag]).status !== 0) {
    test.skip(`${name}: needs ${tool}, which is not installed`, () => undefined)
    continue
  }
  test(`${name}: its own tests pass, and fail when its code is broken`, () =>
    passesItsOwnTests(template))

  test(`${name}: runs in the sandbox, and keeps what it counts in storage`, async () => {
    assert.equal(JSON.parse(await runs(template)), { visits: 1 })
  })

  test(`${name}: packs to the same bytes twice`, async () => {
    using project = projectFrom(template)
    const pack = async (out: string) => {
      const app = 'did:elastos:iivdbPq6D7JNJWRJxF9AbyEAojmKUnEMRf'
      const words = ['ela', 'pack', '--app', app, '--out', out, '--check', '--json']
      const { code, output } = await runProgram(words, project)
      assert.is(code, 0, output)
      return JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1)).data
        .bundleId
    }
    assert.is(await pack('one'), await pack('other'))
  })

  test(`${name}: reaches nothing that it was not granted, and is ended when it hangs`, async () => {
    let hits = 0
    const victim = createServer((_request, response) => {
      hits += 1
      response.end()
    })
    await new Promise<void>((resolve) => victim.listen(0, '127.0.0.1', resolve))
    const files = hostile[name]?.(portOf(victim)) ?? {}
    await running(template, files, async ({ get, events }) => {
      for (const path of ['file', 'home', 'call']) assert.match((await get(path)).text, /^refused/)
      if (name === 'cpp') assert.is((await get('twice')).text, 'one')
      void get('loop').catch(() => undefined)
      await until(
        `its end (${JSON.stringify(events)})`,
        () => events.some(({ event }) => event === 'dapp-ended'),
        60_000,
      )
    })
    assert.is(hits, 0)
    victim.close()
  })
}

test.run()
