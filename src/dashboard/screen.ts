/** The Ink picture on the alternate screen, and the terminal as it was afterwards, whatever happens. */
import { type Instance, render } from 'ink'
import { createElement } from 'react'
import { App, type AppProps } from './App.tsx'
import { ascii } from './look.ts'

export interface Terminal {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
}

export type ScreenProps = Omit<AppProps, 'columns' | 'rows'>

export interface Screen {
  close(): void
}

const ENTER = '\u001b[?1049h\u001b[H\u001b[?25l'
const LEAVE = '\u001b[?1049l\u001b[?25h\u001b[0m'

/** Draws until `close`. Restores the terminal also when the process ends by itself or by a throw. */
export function openScreen({ stdin, stdout }: Terminal, props: ScreenProps): Screen {
  const element = () => {
    return createElement(App, { ...props, columns: stdout.columns, rows: stdout.rows })
  }
  let open = true
  const restore = () => {
    if (!open) return
    open = false
    stdout.write(LEAVE)
    if (stdin.isTTY) stdin.setRawMode(false)
  }
  // The monitor runs before Node prints the error, which would be lost on the alternate screen.
  process.on('uncaughtExceptionMonitor', restore)
  process.on('exit', restore)
  stdout.write(ENTER)
  const instance: Instance = render(element(), {
    stdin,
    stdout: props.look.unicode ? stdout : inAscii(stdout),
    exitOnCtrlC: false,
    patchConsole: false,
    // Ink 6.8 moves the cursor one line too few between incremental frames that end in a line break.
    incrementalRendering: false,
  })
  const resized = () => {
    // Wrapped remains of the old size would stay where no new line covers them.
    stdout.write('\u001b[2J\u001b[H')
    instance.clear()
    instance.rerender(element())
  }
  stdout.on('resize', resized)
  return {
    close: () => {
      stdout.off('resize', resized)
      instance.unmount()
      restore()
      process.off('uncaughtExceptionMonitor', restore)
      process.off('exit', restore)
    },
  }
}

/** The same stream with our own signs in ASCII; what others say stays as it is. */
function inAscii(stdout: NodeJS.WriteStream): NodeJS.WriteStream {
  return new Proxy(stdout, {
    get(target, key) {
      if (key === 'write') return (text: string, ...rest: []) => target.write(ascii(text), ...rest)
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
