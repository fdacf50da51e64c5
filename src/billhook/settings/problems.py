"""What can be wrong with the settings; all of it is said at once."""

from collections.abc import Sequence

from billhook.kernel.problems import Problem


class UnknownSetting(Problem):
    """There is no setting {variable}; did you mean {nearest}?"""

    code = "SETTING_UNKNOWN"


class BadSetting(Problem):
    """{variable} is {value}, but must be {accepted}."""

    code = "SETTING_INVALID"


class UnusableSecret(Problem):
    """{variable} names the file {path}, which cannot be used: {reason}."""

    code = "SETTING_FILE_UNUSABLE"


class SettingGivenTwice(Problem):
    """{variable} and {file_variable} are both set; keep one of them."""

    code = "SETTING_GIVEN_TWICE"


class SettingsRefused(Problem):
    """The settings are not valid. {details}"""

    code = "SETTINGS_INVALID"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(details=" ".join(f"({n}) {p.message}" for n, p in enumerate(problems, 1)))
