package api

import (
	"errors"
	"fmt"
)

// pathElement refuses values that would change which path is called. All other
// characters are escaped by the generated client.
func pathElement(what, value string) error {
	switch value {
	case "":
		return fmt.Errorf("the %s is empty", what)
	case ".", "..":
		return fmt.Errorf("the %s is %q, which would lead to another path", what, value)
	}
	return nil
}

// pathElements checks a project and, below it, an id.
func pathElements(project, what, id string) error {
	return errors.Join(pathElement("project name", project), pathElement(what, id))
}
