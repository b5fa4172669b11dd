import { defineErrors } from '../base/errors.ts'

export const BuildError = defineErrors('build', {
  noCompiler: (project: string) => ({
    message: 'There is no C++ compiler for WebAssembly.',
    hint: [
      `In \`${project}\`: npm install --save-dev @yowasp/clang`,
      'Or install clang, lld, wasi-libc and libc++-dev-wasm32 of your system.',
    ].join('\n'),
    exit: 'environment',
  }),
  compilerFailed: (file: string, said: string) => ({
    message: `\`${file}\` does not compile.`,
    hint: said,
  }),
  noMaven: (cause: unknown) => ({
    message: 'A DApp in Java is built by Maven, and `mvn` is not there.',
    hint: 'Install a JDK of version 17 or newer and Maven, and see that `mvn -version` answers.',
    exit: 'environment',
    cause,
  }),
  mavenFailed: (folder: string, how: string, said: string) => ({
    message: `Maven did not build \`${folder}\`: ${how}.`,
    hint: said,
  }),
  noOutput: (file: string) => ({
    message: `Maven ended well, but did not write \`${file}\`.`,
    hint: 'Keep `targetDirectory` and `targetFileName` of the TeaVM plugin in `pom.xml` as the template has them.',
  }),
  jarIsBuilt: (jar: string) => ({
    message: `\`${jar}\` runs on a Java virtual machine, which a test in Node cannot load.`,
    hint: 'Test its classes with a test runner of Java, or ask the DApp of `ela dev` over HTTP.',
    exit: 'misused',
  }),
})
