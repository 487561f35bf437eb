import { Note } from '../../parts/index.ts'

interface Props {
  /** Where it is erased; undefined = not by whoever looks. */
  eraseHref: string | undefined
  /** The product has deleted the account already. */
  done?: boolean
}

/** That a user whom the product deletes is not gone from here, and where that is asked for. */
export const HeldHere = ({ eraseHref, done = false }: Props) => (
  <>
    <Note tone="warn">
      {`The product ${done ? 'has deleted' : 'deletes'} what is there. Quarterdeck keeps its own record of this user until it is erased here as well${eraseHref ? '' : ', by an owner of all tenants'}.`}
    </Note>
    {eraseHref && (
      <p>
        <a href={eraseHref}>Erase what is held here</a>
      </p>
    )}
  </>
)
