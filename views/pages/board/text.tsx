import { headingOf } from '../../../src/boards/kinds/text.ts'
import { BoardText } from '../../parts/board-text.tsx'
import { Card } from '../../parts/index.ts'
import { type BoardCardView, domId, stateOf } from './view.ts'

/** Words between the numbers; a heading that names the card is not said twice. */
export const TextCard: BoardCardView<'text'> = (props) => {
  const { card, config, title } = props
  return (
    <Card id={domId(card)} title={title} scrolls state={stateOf(props)}>
      <BoardText text={config.text} skip={headingOf(config.text) === title} />
    </Card>
  )
}
