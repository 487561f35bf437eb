export interface Progress {
  /** Draws the bar, ten times a second at most. */
  at(done: number, note: string): void
  /** A line above the bar. */
  say(line: string): void
  end(): void
}

export interface Terminal {
  write(text: string): unknown
  isTTY?: boolean
}

const WIDTH = 30
const REDRAW_MS = 100

/** A progress bar for a terminal; where the output goes to a file, only its lines. */
export function progressBar(terminal: Terminal, total: number): Progress {
  let drawnAt = Number.NEGATIVE_INFINITY
  let bar = ''
  const clear = () => (bar === '' ? '' : `\r${' '.repeat(bar.length)}\r`)
  return {
    at(done, note) {
      if (!terminal.isTTY || (performance.now() - drawnAt < REDRAW_MS && done < total)) return
      drawnAt = performance.now()
      const next = draw(total === 0 ? 1 : done / total, note)
      terminal.write(clear() + next)
      bar = next
    },
    say(line) {
      terminal.write(`${clear()}${line}\n${bar}`)
    },
    end() {
      terminal.write(clear())
      bar = ''
    },
  }
}

function draw(share: number, note: string): string {
  const filled = Math.floor(Math.min(1, share) * WIDTH)
  const percent = `${Math.floor(share * 100)} %`.padStart(5)
  return `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${percent}  ${note}`
}
