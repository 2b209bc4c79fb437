package middleware

import "github.com/ubiops-contrib/transfer/api/internal/contract"

// operation is what the contract says of one operation.
type operation struct{ *contract.Operation }
