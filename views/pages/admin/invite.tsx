import { ROLES, type Role } from '../../../src/env.ts'
import { FormError } from '../../parts/auth-fields.tsx'
import { described, Field, inputClass } from '../../parts/index.ts'

export const ADMINS_PATH = '/dashboard/settings/admins'

const ROLE_WORDS: Record<Role, string> = {
  viewer: 'Viewer: reads',
  operator: 'Operator: acts too',
  owner: 'Owner: configures too',
}

interface InviteProps {
  values?: Record<string, string>
  error?: string
  /** Which field the error is about, where that is known. */
  field?: string
  /** Why it cannot be used here. */
  off?: string
}

/** Who, as what, for which tenants. The link at which they choose their password comes back. */
export const InviteForm = ({ values = {}, error, field, off }: InviteProps) => {
  const own = (name: string) => (field === name ? error : undefined)
  return (
    <form method="post" action={ADMINS_PATH} class="q-form">
      <FormError text={field === 'role' || field === 'tenants' ? undefined : error} />
      <Field id="invite-email" label="E-mail">
        <input
          class="form-control"
          id="invite-email"
          name="email"
          type="email"
          value={values.email}
          autocomplete="off"
          maxlength={254}
          required
        />
      </Field>
      <Field id="invite-name" label="Name">
        <input
          class="form-control"
          id="invite-name"
          name="name"
          value={values.name}
          autocomplete="off"
          maxlength={100}
        />
      </Field>
      <RoleField id="invite-role" role={values.role ?? 'viewer'} error={own('role')} />
      <TenantsField id="invite-tenants" tenants={values.tenants ?? ''} error={own('tenants')} />
      <p class="q-actions q-form-wide">
        <button type="submit" class="q-btn q-btn-primary" disabled={off !== undefined} title={off}>
          Invite
        </button>
        {off && <span class="q-ink-3">{off}</span>}
      </p>
    </form>
  )
}

export const RoleField = ({ id, role, error }: { id: string; role: string; error?: string }) => (
  <Field id={id} label="Role" error={error}>
    <select class={inputClass(error, 'form-select')} id={id} name="role" {...described(id, error)}>
      {ROLES.map((one) => (
        <option value={one} selected={one === role}>
          {ROLE_WORDS[one]}
        </option>
      ))}
    </select>
  </Field>
)

export const TenantsField = ({ id, tenants, error }: { id: string; tenants: string; error?: string }) => {
  const hint = 'Ids with commas; empty = all tenants.'
  return (
    <Field id={id} label="Tenants" hint={hint} error={error}>
      <input
        class={inputClass(error)}
        id={id}
        name="tenants"
        value={tenants}
        placeholder="all"
        autocomplete="off"
        {...described(id, error, hint)}
      />
    </Field>
  )
}
