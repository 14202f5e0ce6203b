super::segments::hierarchical_name!(
    /// The name of an application: `fabric:/App`, rarely with more levels.
    ///
    /// Parses the full name, the name without `fabric:/`, or the id form with `~` between levels. All three are equal.
    ///
    /// ```
    /// # use sf_backup_proto::ApplicationId;
    /// let id: ApplicationId = "fabric:/CalcApp".parse()?;
    /// assert_eq!(id, "CalcApp".parse()?);
    /// assert_eq!(id.to_string(), "fabric:/CalcApp");
    /// # Ok::<(), sf_backup_proto::NameError>(())
    /// ```
    ApplicationId,
    "application name"
);
