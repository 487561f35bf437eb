import { type Block, blocksOf, type Inline } from '../../src/boards/markdown.ts'

/** A small Markdown as elements; what is HTML in it is escaped like any text. `skip` leaves out the first heading. */
export const BoardText = ({ text, skip = false }: { text: string; skip?: boolean }) => {
  const blocks = blocksOf(text)
  const shown = skip && blocks[0]?.kind === 'heading' ? blocks.slice(1) : blocks
  return (
    <div class="q-prose">
      {shown.map((block) => (
        <Piece block={block} />
      ))}
    </div>
  )
}

/** Under the card's own heading, so that the page keeps one order of them. */
const Piece = ({ block }: { block: Block }) => {
  switch (block.kind) {
    case 'heading':
      return block.level === 1 ? (
        <h3 class="q-prose-first">
          <Words of={block.children} />
        </h3>
      ) : (
        <h3>
          <Words of={block.children} />
        </h3>
      )
    case 'bullets':
      return (
        <ul>
          {block.items.map((item) => (
            <li>
              <Words of={item} />
            </li>
          ))}
        </ul>
      )
    case 'numbers':
      return (
        <ol>
          {block.items.map((item) => (
            <li>
              <Words of={item} />
            </li>
          ))}
        </ol>
      )
    case 'code':
      return <pre tabindex={0}>{block.text}</pre>
    case 'line':
      return <hr />
    case 'quote':
      return (
        <blockquote>
          <Lines of={block.lines} />
        </blockquote>
      )
    default:
      return (
        <p>
          <Lines of={block.lines} />
        </p>
      )
  }
}

const Lines = ({ of }: { of: Inline[][] }) => (
  <>
    {of.map((line, i) => (
      <>
        {i > 0 && ' '}
        <Words of={line} />
      </>
    ))}
  </>
)

const Words = ({ of }: { of: Inline[] }) => (
  <>
    {of.map((one) => (
      <Word one={one} />
    ))}
  </>
)

const Word = ({ one }: { one: Inline }) => {
  switch (one.kind) {
    case 'code':
      return <code class="q-code">{one.text}</code>
    case 'bold':
      return (
        <strong>
          <Words of={one.children} />
        </strong>
      )
    case 'italic':
      return (
        <em>
          <Words of={one.children} />
        </em>
      )
    case 'link':
      return (
        <a href={one.href} {...(one.href.startsWith('/') ? {} : { rel: 'noopener noreferrer', target: '_blank' })}>
          <Words of={one.children} />
        </a>
      )
    default:
      return <>{one.text}</>
  }
}
