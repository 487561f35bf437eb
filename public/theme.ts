/** Runs before the first paint, and only where the admin's theme is the system's. */
const dark = matchMedia('(prefers-color-scheme: dark)')

const apply = () => {
  if (document.documentElement.dataset.scheme === 'system')
    document.documentElement.setAttribute('data-bs-theme', dark.matches ? 'dark' : 'light')
}

apply()
dark.addEventListener('change', apply)
