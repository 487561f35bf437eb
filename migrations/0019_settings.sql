-- Who changed a setting last; the audit log has every change with the value before it.

alter table settings add column updated_by text;
