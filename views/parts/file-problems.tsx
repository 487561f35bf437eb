import type { FileProblem } from '../../src/lib/yaml-file.ts'

/** Everything that is wrong with a file, each with its line. */
export const FileProblems = ({ problems }: { problems: FileProblem[] }) => (
  <section class="q-card q-import-problems" role="alert" aria-labelledby="title-problems">
    <h2 id="title-problems">{problems.length === 1 ? 'One thing is wrong' : `${problems.length} things are wrong`}</h2>
    <ul>
      {problems.map(({ line, place, message }) => (
        <li>
          <b class="q-num">{line === undefined ? 'The file' : `Line ${line}`}</b> {place && <code>{place}</code>}{' '}
          {message}
        </li>
      ))}
    </ul>
  </section>
)
