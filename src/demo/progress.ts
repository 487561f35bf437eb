const WIDTH = 28

export interface Progress {
  /** `share` from 0 to 1. */
  show(share: number, note: string): void
  done(note: string): void
}

/** A progress bar: one line that redraws itself on a terminal, a plain line for every tenth elsewhere. */
export function progressBar(label: string, out: NodeJS.WriteStream = process.stderr): Progress {
  return out.isTTY ? drawnBar(label, out) : writtenBar(label, out)
}

function drawnBar(label: string, out: NodeJS.WriteStream): Progress {
  const draw = (share: number, note: string) => {
    const full = Math.round(Math.min(1, share) * WIDTH)
    const bar = '█'.repeat(full) + '░'.repeat(WIDTH - full)
    out.write(`\r\x1b[2K${label} ${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${note}`)
  }
  return {
    show: draw,
    done: (note) => {
      draw(1, note)
      out.write('\n')
    },
  }
}

function writtenBar(label: string, out: NodeJS.WriteStream): Progress {
  let told = 0
  return {
    show: (share, note) => {
      const tenth = Math.floor(share * 10)
      if (tenth <= told || tenth >= 10) return
      told = tenth
      out.write(`${label}: ${tenth * 10} %  ${note}\n`)
    },
    done: (note) => void out.write(`${label}: done  ${note}\n`),
  }
}
