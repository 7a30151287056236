/**
 * The audit trail: who changed what, when and from where.
 * @module
 */
export { AuditTrail, type Deed } from "./audit_trail.ts";
export { changedFields, type Fields } from "./changed_fields.ts";
